"""One task per job. What a job obliges us to do is in the flow of its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from celery import Celery

from companion.errors import StoreUnavailable, UnknownRow
from companion.flows.assess import assess
from companion.flows.deliver import deliver
from companion.flows.page import page
from companion.flows.purge import purge
from companion.flows.remember import remember
from companion.flows.reply import reply
from companion.flows.services import Services
from companion.flows.show import show_draft, show_typing
from companion.flows.sweep import sweep
from companion.jobs import Job

log = structlog.get_logger(__name__)

Flow = Callable[..., Any]

FLOWS: dict[Job, Flow] = {
    Job.ASSESS: assess,
    Job.REPLY: reply,
    Job.DELIVER: deliver,
    Job.DELIVER_URGENT: deliver,
    Job.SHOW_DRAFT: show_draft,
    Job.SHOW_TYPING: show_typing,
    Job.PAGE: page,
    Job.REMEMBER: remember,
    Job.SWEEP: sweep,
    Job.PURGE: purge,
}

#: Jobs that are only a hint to show something: a late one is worth nothing.
_NOT_WORTH_A_RETRY = {Job.SHOW_DRAFT, Job.SHOW_TYPING, Job.SWEEP, Job.PURGE}


def register(celery: Celery, services: Services) -> None:
    """Make every job known to the workers."""
    for job, flow in FLOWS.items():
        _register(celery, job, flow, services)


def _register(celery: Celery, job: Job, flow: Flow, services: Services) -> None:
    @celery.task(
        name=job.value,
        autoretry_for=() if job in _NOT_WORTH_A_RETRY else (StoreUnavailable,),
        retry_backoff=1,  # seconds: 1, 2, 4, …
        retry_backoff_max=30,  # seconds
        max_retries=None,  # a text nobody screened is worse than a late one
    )
    def run(*ids: str) -> None:
        try:
            flow(*map(UUID, ids), services=services)
        except UnknownRow:
            # The student erased everything while the job was on its way.
            log.info("job_for_nobody", job=job.value)
