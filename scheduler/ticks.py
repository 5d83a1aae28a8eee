"""The table of ticks. A tick sends a job's name; the rows say what is due."""

from __future__ import annotations

from dataclasses import dataclass

from apscheduler.triggers.cron import CronTrigger

from companion.jobs import Job


@dataclass(frozen=True, slots=True)
class Tick:
    """A job and when it is sent."""

    job: Job
    trigger: CronTrigger


#: Times are UTC; what is a student's morning or night is decided by the rows.
TICKS = (
    Tick(Job.SWEEP, CronTrigger(second="*/30", timezone="UTC")),
    Tick(Job.WATCH_CASES, CronTrigger(second="*/10", timezone="UTC")),
    Tick(Job.FOLLOW_UP, CronTrigger(minute="*/5", timezone="UTC")),
    Tick(Job.PLAN_NUDGES, CronTrigger(minute="*", timezone="UTC")),
    Tick(Job.NUDGE, CronTrigger(second="5-55/10", timezone="UTC")),
    Tick(Job.DIGEST, CronTrigger(minute="*/5", timezone="UTC")),
    Tick(Job.PURGE, CronTrigger(minute=17, timezone="UTC")),
)
