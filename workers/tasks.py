"""One task per job. What a job obliges us to do is in the flow of its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from celery import Celery

from companion.errors import StoreUnavailable, UnknownRow
from companion.flows.ask_opinion import Heard, ask_opinion
from companion.flows.assess import assess
from companion.flows.climb import climb
from companion.flows.deliver import deliver
from companion.flows.digest import digest
from companion.flows.follow_up import follow_up
from companion.flows.mark_delivery import mark_delivery
from companion.flows.nudge import nudge
from companion.flows.page import page
from companion.flows.pass_on import pass_on
from companion.flows.plan_nudges import plan_nudges
from companion.flows.purge import purge
from companion.flows.read_journal import read_journal
from companion.flows.reflect import reflect
from companion.flows.reflect_answer import reflect_answer
from companion.flows.remember import remember
from companion.flows.reply import reply
from companion.flows.services import Services
from companion.flows.show import show_draft, show_typing
from companion.flows.show_timer import show_timer
from companion.flows.sweep import sweep
from companion.flows.watch_cases import watch_cases
from companion.jobs import Job
from companion.risk import Verdict
from infra.tally import Tally

log = structlog.get_logger(__name__)

Flow = Callable[..., Any]

FLOWS: dict[Job, Flow] = {
    Job.ASSESS: assess,
    Job.ASK_OPINION: ask_opinion,
    Job.REFLECT: reflect,
    Job.REFLECT_ANSWER: reflect_answer,
    Job.REPLY: reply,
    Job.DELIVER: deliver,
    Job.DELIVER_URGENT: deliver,
    Job.SHOW_DRAFT: show_draft,
    Job.SHOW_TIMER: show_timer,
    Job.SHOW_TYPING: show_typing,
    Job.RAISE: climb,
    Job.PAGE: page,
    Job.WATCH_CASES: watch_cases,
    Job.FOLLOW_UP: follow_up,
    Job.RELAY: pass_on,
    Job.DIGEST: digest,
    Job.MARK_DELIVERY: mark_delivery,
    Job.READ_JOURNAL: read_journal,
    Job.PLAN_NUDGES: plan_nudges,
    Job.NUDGE: nudge,
    Job.REMEMBER: remember,
    Job.SWEEP: sweep,
    Job.PURGE: purge,
}

#: Jobs that are only a hint to show something: a late one is worth nothing.
_NOT_WORTH_A_RETRY = {
    Job.REFLECT,
    Job.REFLECT_ANSWER,
    Job.SHOW_DRAFT,
    Job.SHOW_TIMER,
    Job.SHOW_TYPING,
    Job.SWEEP,
    Job.WATCH_CASES,
    Job.PLAN_NUDGES,
    Job.NUDGE,
    Job.PURGE,
}


def register(celery: Celery, services: Services, tally: Tally) -> None:
    """Make every job known to the workers."""
    for job, flow in FLOWS.items():
        _register(celery, job, partial(flow, services=services), partial(note, tally, services))


def note(tally: Tally, services: Services, outcome: object) -> None:
    """Count what operators must hear of in a flow's outcome: flows themselves cannot."""
    match outcome:
        case Verdict():
            tally.screened(outcome)
        case Heard():
            reader = services.second_opinion
            tally.heard(reader.name if reader else "off", outcome)


def _register(celery: Celery, job: Job, flow: Flow, note_outcome: Flow) -> None:
    @celery.task(
        name=job.value,
        shared=False,  # else every other application in the process gets it too
        autoretry_for=() if job in _NOT_WORTH_A_RETRY else (StoreUnavailable,),
        retry_backoff=1,  # seconds: 1, 2, 4, …
        retry_backoff_max=30,  # seconds
        max_retries=None,  # a text nobody screened is worse than a late one
    )
    def run(*ids: str) -> None:
        try:
            outcome = flow(*map(UUID, ids))
        except UnknownRow:
            # The student erased everything while the job was on its way.
            log.info("job_for_nobody", job=job.value)
        else:
            note_outcome(outcome)
