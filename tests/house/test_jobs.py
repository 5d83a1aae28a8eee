"""Every job has somebody who does it, and carries ids, never words (laws 1 and 2)."""

from __future__ import annotations

import ast
import inspect
import typing
from uuid import UUID

import pytest

from cli.up import commands
from companion.jobs import Job, Queue
from companion.ports import JobSender
from companion.store import Transaction
from infra.queue import CeleryJobs, make_celery
from infra.settings import Settings
from scheduler.ticks import TICKS
from tests.fakes.ports import RecordedJobs
from tests.house.tree import code, parsed
from workers.tasks import FLOWS, register

#: Ways to send a job past `companion.ports.JobSender`, which takes ids only.
BYPASSES = {"delay", "apply_async", "send_task"}
SENDER = "infra/queue.py"


@pytest.mark.parametrize("job", Job)
def test_each_job_has_a_flow_and_a_queue(job):
    assert job in FLOWS
    assert job.queue in Queue


def test_each_job_is_known_to_the_workers_by_its_name():
    celery = make_celery("redis://127.0.0.1:1/0")

    register(celery, services=None, tally=None)

    assert {job.value for job in Job} <= set(celery.tasks)


@pytest.mark.parametrize("queue", Queue)
def test_each_queue_is_worked_on_by_a_process_of_its_own(queue, tmp_path):
    started = commands(Settings(data_dir=tmp_path, _env_file=None))

    workers = [command for command in started if command.argv[-2:] == ("worker", queue)]
    assert len(workers) == 1


def test_each_tick_is_a_job_that_needs_no_id_and_is_sent_by_one_tick_only():
    ticking = [tick.job for tick in TICKS]

    assert set(ticking) <= set(Job)
    assert len(ticking) == len(set(ticking))
    assert [job for job in ticking if _ids_of(FLOWS[job])] == []


def test_jobs_leave_by_one_door_only():
    assert [
        f"{name}:{call.lineno} .{call.func.attr}("
        for name in code()
        if name != SENDER
        for call in ast.walk(parsed(name))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in BYPASSES
    ] == []


@pytest.mark.parametrize(
    "door",
    [CeleryJobs.send, JobSender.send, Transaction.enqueue, RecordedJobs.send],
    ids=lambda door: door.__qualname__,
)
def test_what_sends_a_job_takes_its_name_and_ids_and_nothing_else(door):
    hints = typing.get_type_hints(door, localns={"Job": Job})

    assert {hint for name, hint in hints.items() if name != "return"} == {
        Job,
        UUID,
        float,  # how many seconds later; a number says nothing of a student
    }
    assert len(inspect.signature(door).parameters) == len(("self", "job", "ids", "after"))


@pytest.mark.parametrize("job", Job)
def test_a_flow_that_is_a_job_takes_ids_and_what_it_needs_from_outside(job):
    hints = typing.get_type_hints(FLOWS[job])

    assert {hints[name] for name in _ids_of(FLOWS[job])} <= {UUID}
    keyword_only = inspect.signature(FLOWS[job]).parameters.keys() - set(_ids_of(FLOWS[job]))
    assert keyword_only == {"services"}


def _ids_of(flow):
    parameters = inspect.signature(flow).parameters.values()
    return [one.name for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]
