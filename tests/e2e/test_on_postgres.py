"""The same system with other addresses: PostgreSQL and a Redis of one's own."""

from __future__ import annotations

import json
import signal
import sys
import urllib.request

import pytest

from tests.fakes.postgres import postgres
from tests.fakes.redis_server import redis_server
from tests.fakes.running import ROOT, Running, eventually

pytestmark = pytest.mark.slow


def call(url, token="", body=None):
    request = urllib.request.Request(  # noqa: S310 - our own server
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read())


def test_a_student_is_answered_on_postgres_and_an_outside_redis(tmp_path):
    with postgres() as server, redis_server() as broker:
        running = Running(
            [sys.executable, "-m", "nuanyu", "up"],
            data_dir=tmp_path / "data",
            cwd=tmp_path,
            PYTHONPATH=str(ROOT),
            NUANYU_DATABASE_URL=server.create_database("whole"),
            NUANYU_REDIS_URL=broker.url,
        )
        try:
            running.wait_until_ready()
            token = call(f"{running.url}/chat/sessions", body={"language": "en"})["token"]
            message = {
                "text": "My flatmates are so loud, I can't sleep",
                "client_id": "client-0001",
            }
            call(f"{running.url}/chat/messages", token, message)

            def kinds():
                talk = call(f"{running.url}/chat/messages?after=0", token)["messages"]
                return [line["kind"] for line in talk]

            eventually(lambda: "reply" in kinds(), "the reply")
            assert not (tmp_path / "data" / "nuanyu.db").exists()
            running.signal(signal.SIGTERM)
            assert running.end() == 0
        finally:
            running.clean_up()
