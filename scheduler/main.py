"""The scheduler process: an elected leader sends the ticks (two replicas are safe)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import redis
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from companion.jobs import Job
from infra.heartbeat import Heartbeat
from infra.logs import configure_logs
from infra.queue import CeleryJobs, find_redis, make_celery
from infra.settings import Settings
from scheduler.ticks import TICKS

log = structlog.get_logger(__name__)

_LEADER = "nuanyu:scheduler:leader"
#: A leader that was not heard of for this long has lost the office.
_TERM = timedelta(seconds=20)
_RENEW = 5.0  # seconds


class Leadership:
    """A lock in Redis that one scheduler holds; losing Redis loses the office, not the ticks."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._me = f"{os.uname().nodename}:{os.getpid()}"

    def is_ours(self) -> bool:
        """Whether this process may send ticks now; takes the office when it is free.

        With Redis away nobody can be told from anybody; a doubled tick is harmless (law 7).
        """
        try:
            if self._client.set(_LEADER, self._me, nx=True, ex=_TERM):
                return True
            holder = self._client.get(_LEADER)
            if holder != self._me.encode():
                return False
            self._client.expire(_LEADER, _TERM)
        except (redis.RedisError, OSError):
            return True
        return True

    def resign(self) -> None:
        """Leave the office to the next one at once."""
        try:
            if self._client.get(_LEADER) == self._me.encode():
                self._client.delete(_LEADER)
        except (redis.RedisError, OSError):
            return


def schedule(settings: Settings) -> int:
    """Send ticks until SIGTERM or SIGINT."""
    configure_logs(settings.log_level, process="scheduler")
    redis_url = find_redis(settings)
    jobs = CeleryJobs(make_celery(redis_url))
    leadership = Leadership(redis.Redis.from_url(redis_url, socket_timeout=2.0))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())

    clock = BackgroundScheduler(timezone="UTC")
    for tick in TICKS:
        # A tick that comes late is sent once, however many were missed.
        clock.add_job(
            _sender(tick.job, jobs, leadership),
            tick.trigger,
            id=tick.job.value,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    heartbeat = Heartbeat(redis_url, ["scheduler"])
    clock.start()
    heartbeat.start()
    log.info("scheduler_ready", ticks=len(TICKS))
    while not stopped.wait(_RENEW):
        leadership.is_ours()
    clock.shutdown(wait=False)
    leadership.resign()
    heartbeat.stop()
    return 0


def _sender(job: Job, jobs: CeleryJobs, leadership: Leadership) -> Callable[[], None]:
    def send() -> None:
        if leadership.is_ours():
            jobs.send(job)

    return send
