"""One worker process: threads around synchronous flows (design, part 3)."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

import structlog
from celery.platforms import SecurityWarning
from celery.signals import worker_ready

from companion.flows.warm import warm
from companion.jobs import Job, Queue
from infra.heartbeat import Heartbeat
from infra.logs import configure_logs
from infra.services import Role, build
from infra.settings import Settings
from infra.tally import Tally
from workers.tasks import register

log = structlog.get_logger(__name__)

#: Threads per queue. Almost all of them wait: for the model, for a platform, for a pause.
THREADS = {Queue.SAFETY: 32, Queue.DELIVERY: 64, Queue.BACKGROUND: 4}

#: Database connections of one worker; its threads wait for platforms far longer than for rows.
_CONNECTIONS = 12
_SENDING = {Queue.SAFETY, Queue.DELIVERY}
_ASKING = {Queue.CONVERSATION, Queue.BACKGROUND}


def work(settings: Settings, queues: Sequence[Queue]) -> int:
    """Work on these queues until SIGTERM; finishes what it holds before it ends."""
    configure_logs(settings.log_level, process="-".join(["worker", *queues]))
    threads = sum(THREADS.get(queue, settings.conversation_threads) for queue in queues)
    role = Role(
        sends=bool(_SENDING & {*queues}),
        is_urgent=Queue.SAFETY in queues,
        asks_model=bool(_ASKING & {*queues}),
        asks_opinion=Queue.SAFETY in queues,
        asks_questions=Queue.SAFETY in queues,
        reflects=Job.REFLECT.queue in queues,
    )
    parts = build(settings, role=role, pool=min(threads, _CONNECTIONS))
    register(parts.celery, parts.services, Tally(parts.redis_url))
    for problem in warm():
        log.error("models_unusable", problem=problem)
    # Running as root is the administrator's decision; Celery would say so at every start.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker = parts.celery.Worker(
        pool="threads",
        concurrency=threads,
        queues=[queue.value for queue in queues],
        hostname=f"{'-'.join(queues)}@{os.getpid()}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel="WARNING",
    )
    heartbeat = Heartbeat(parts.redis_url, [f"worker-{queue}" for queue in queues])

    @worker_ready.connect(weak=False)
    def _ready(**_: object) -> None:
        heartbeat.start()
        log.info("worker_ready", queues=list(queues), threads=threads)

    worker.start()
    heartbeat.stop()
    parts.store.engine.dispose()
    return int(worker.exitcode or 0)
