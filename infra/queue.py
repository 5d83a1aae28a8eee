"""Celery over Redis: how jobs travel. ARCHITECTURE.md, "The queues".

Jobs are sent by name, so that nothing that sends them imports the workers.
"""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

import redis
import structlog
from celery import Celery
from kombu import Queue as KombuQueue
from kombu.exceptions import OperationalError

from companion.jobs import Job, Queue
from infra.embedded.redis import broker_url, find_running
from infra.settings import Settings, SettingsError

log = structlog.get_logger(__name__)

#: A broker that failed is left alone this long, so that no webhook waits for it (seconds).
BROKER_REST: Final = 2.0
_CONNECT: Final = 1.0  # seconds
_AT_ONCE: Final = 0.3  # seconds; a failure as quick as this is a broken connection
#: How long a call to the broker may hang in a process that answers webhooks (seconds).
WEB_PATIENCE: Final = 1.0
#: A tick, which carries no id, is worth nothing once the next ones have come: they must not pile
#: up in front of what students wrote while a worker was away (seconds).
TICK_LIFE: Final = 600.0
CHANNEL: Final = "nuanyu:chat:"


def find_redis(settings: Settings) -> str:
    """Return the broker's address. Raises SettingsError when there is none to be found."""
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    running = find_running(settings.data_dir.absolute())
    if running is None:
        raise SettingsError(
            "no Redis: start everything with `nuanyu up`, or set NUANYU_REDIS_URL to a running one"
        )
    return running


def make_celery(redis_url: str, *, patience: float = 5.0) -> Celery:
    """Return the Celery application that both senders and workers use.

    `patience` is how long a call to the broker may hang (seconds); a process that answers
    webhooks has less of it than a worker, whose reads block on purpose.
    """
    app = Celery("nuanyu", broker=broker_url(redis_url), set_as_current=False)
    app.conf.update(
        task_queues=[KombuQueue(queue.value) for queue in Queue],
        task_default_queue=Queue.BACKGROUND.value,
        task_create_missing_queues=False,
        task_ignore_result=True,
        # A worker that dies leaves its job to another one; every job may run twice (law 7).
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=_CONNECT,
        broker_transport_options={
            # Longer than the longest step of any flow; a job that outlives it would run twice.
            "visibility_timeout": 600,  # seconds
            "unacked_restore_interval": 10,  # seconds
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": _CONNECT,
            "socket_timeout": patience,
            "socket_keepalive": True,
        },
    )
    return app


class CeleryJobs:
    """Sends jobs; implements companion.ports.JobSender. Safe to share between threads."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._rest_until = 0.0

    def send(self, job: Job, *ids: UUID, after: float = 0.0) -> bool:
        """Send one job; False when the broker did not take it."""
        if time.monotonic() < self._rest_until:
            return False
        begin = time.monotonic()
        if self._sent(job, ids, after):
            return True
        # A broker that was restarted leaves dead connections behind: they fail at once, and
        # the next one is fresh. One that hangs is not asked twice.
        if time.monotonic() - begin < _AT_ONCE and self._sent(job, ids, after):
            return True
        self._rest_until = time.monotonic() + BROKER_REST
        log.warning("broker_away", job=job.value)
        return False

    def _sent(self, job: Job, ids: tuple[UUID, ...], after: float) -> bool:
        try:
            self._app.send_task(
                job.value,
                args=[str(one) for one in ids],
                queue=job.queue.value,
                countdown=after or None,
                expires=None if ids else TICK_LIFE,
                retry=False,
            )
        except (OperationalError, redis.RedisError, OSError):
            return False
        return True


class RedisBell:
    """Rings through Redis; implements companion.ports.Bell. Carries an id and an event name."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=_CONNECT, socket_connect_timeout=_CONNECT
        )
        self._rest_until = 0.0

    def ring(self, student_id: UUID, event: str) -> None:
        """Ring; a ring that is lost does no harm."""
        if time.monotonic() < self._rest_until:
            return
        try:
            self._redis.publish(f"{CHANNEL}{student_id}", event)
        except (redis.RedisError, OSError) as error:
            self._rest_until = time.monotonic() + BROKER_REST
            log.warning("bell_away", error=type(error).__name__)
