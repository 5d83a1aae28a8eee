"""How jobs travel: what is owed never grows old on a queue, what only ticks does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from companion.jobs import Job
from infra.queue import TICK_LIFE, CeleryJobs, make_celery


def waiting(celery, queue):
    with celery.connection_for_read() as connection:
        message = connection.SimpleQueue(queue).get(block=False)
        message.ack()
        return message


def test_a_tick_that_nobody_took_in_time_is_worth_nothing_but_what_is_owed_stays_owed():
    celery = make_celery("memory://")
    jobs = CeleryJobs(celery)

    assert jobs.send(Job.WATCH_CASES)
    assert jobs.send(Job.RAISE, uuid4())

    tick, owed = waiting(celery, "safety"), waiting(celery, "safety")
    dies = datetime.fromisoformat(tick.headers["expires"])
    assert dies <= datetime.now(UTC) + timedelta(seconds=TICK_LIFE)
    assert owed.headers["task"] == Job.RAISE
    assert owed.headers["expires"] is None
