"""What operators see of second opinions and of a screening that broke: counts, never words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from structlog.testing import capture_logs

from companion.flows.ask_opinion import Heard
from companion.flows.assess import broken_by, judge
from companion.jobs import Job
from companion.risk import Level, Verdict
from infra.queue import make_celery
from infra.tally import Tally
from tests.edges.conftest import NOWHERE
from tests.fakes.ports import ScriptedOpinion
from tests.fakes.redis_server import redis_server
from workers.tasks import register

WORDS = "今天天气不错"


@pytest.fixture
def breaks(monkeypatch):
    def broken(text, *, history=()):
        raise KeyError(text)

    monkeypatch.setattr("companion.flows.assess.screen", broken)


def shown(tally: Tally) -> str:
    registry = CollectorRegistry()
    registry.register(tally)
    return generate_latest(registry).decode()


def test_a_screening_that_works_is_not_counted():
    assert broken_by(judge(WORDS, ())) is None
    assert broken_by(Verdict(level=Level.MODERATE, evidence=("speaks of risk",))) is None


@pytest.mark.usefixtures("breaks")
def test_a_screening_that_breaks_is_logged_and_counted_by_the_worker_without_words(campus):
    celery, tally = make_celery(NOWHERE), Tally(NOWHERE)
    register(celery, campus.services, tally)
    message = campus.arrives(WORDS)

    with capture_logs() as logs:
        celery.tasks[Job.ASSESS](str(message.message_id))

    assert [log for log in logs if log["event"] == "screening_failed"] == [
        {"event": "screening_failed", "log_level": "error", "error": "KeyError"}
    ]
    assert "nuanyu_screen_failures_total 1.0" in shown(tally)
    assert WORDS not in str(logs)


@pytest.mark.usefixtures("breaks")
def test_a_screening_that_breaks_in_the_web_process_is_counted_there(web):
    web.campus.jobs.is_away = True
    token = web.token()

    web.client.post(
        "/chat/messages",
        json={"text": WORDS, "client_id": "one-of-them"},
        headers={"Authorization": f"Bearer {token}"},
    )

    counted = [
        line
        for line in web.client.get("/metrics").text.splitlines()
        if line.startswith("nuanyu_screen_failures_total")
    ]
    assert len(counted) == 1
    assert float(counted[0].split()[-1]) >= 1


def test_opinions_are_counted_by_reader_and_outcome(campus):
    celery, tally = make_celery(NOWHERE), Tally(NOWHERE)
    services = replace(campus.services, second_opinion=ScriptedOpinion([None]))
    register(celery, services, tally)
    message = campus.arrives(WORDS)

    celery.tasks[Job.ASSESS](str(message.message_id))
    celery.tasks[Job.ASK_OPINION](str(message.message_id))

    assert 'nuanyu_opinions_total{outcome="silent",reader="scripted"} 1.0' in shown(tally)


def test_the_counts_of_all_processes_come_together_and_wait_while_redis_is_away():
    with redis_server() as server:
        worker, web = Tally(server.url), Tally(server.url)
        worker.heard("llm", Heard.RAISED)
        worker.heard("llm", Heard.RAISED)
        web.heard("llm", Heard.SILENT)

        assert 'nuanyu_opinions_total{outcome="raised",reader="llm"} 2.0' in shown(web)

        server.stop()
        web.heard("llm", Heard.SILENT)
        assert 'nuanyu_opinions_total{outcome="silent",reader="llm"} 2.0' in shown(web)
