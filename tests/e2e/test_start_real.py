"""The real system, as a person starts it: `nuanyu up` on an empty directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.running import ROOT, Running

pytestmark = pytest.mark.slow

NUANYU = [sys.executable, "-c", "from nuanyu import main; main()"]
Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def start(**environment: str) -> Running:
        # A directory without .env, so that nobody's own settings leak in.
        started.append(
            Running(
                [*NUANYU, "up"],
                data_dir=tmp_path / "data",
                cwd=tmp_path,
                PYTHONPATH=str(ROOT),
                **environment,
            )
        )
        return started[-1]

    yield start
    for running in started:
        running.clean_up()


def call(url: str, *, body: object = None, token: str = "") -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310, our own server
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def alone(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUANYU_")}
    return subprocess.run(
        [*NUANYU, *arguments],
        cwd=tmp_path,
        env=clean
        | {"PYTHONPATH": str(ROOT), "NUANYU_DATA_DIR": str(tmp_path / "data")}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_everything_starts_on_an_empty_directory_and_stops_without_a_trace(start):
    running = start().wait_until_ready()

    for page in ("/", "/chat", "/docs", "/healthz", "/readyz"):
        assert call(running.url + page)[0] == 200, page
    running.signal(signal.SIGINT)
    assert running.end() == 0
    assert running.processes() == []
    assert "ended unexpectedly" not in running.said


def test_a_second_start_finds_all_data_again(start):
    first = start().wait_until_ready()
    status, answer = call(f"{first.url}/chat/sessions", body={})
    assert status in {200, 201}, answer
    token = json.loads(answer)["token"]
    first.signal(signal.SIGTERM)
    assert first.end() == 0

    second = start().wait_until_ready()

    assert call(f"{second.url}/chat/messages", token=token)[0] == 200
    assert call(f"{second.url}/chat/messages", token="no-such-token")[0] == 401


def test_each_queue_has_a_process_of_its_own_that_comes_back_when_killed(start):
    running = start().wait_until_ready()
    worker = running.child("worker-safety")

    worker.kill()

    running.wait_for("starting it again")
    assert call(f"{running.url}/healthz")[0] == 200
    for queue in ("conversation", "delivery", "background"):
        assert running.child(f"worker-{queue}").is_running()


@pytest.mark.parametrize("command", [["web"], ["worker", "safety"], ["scheduler"]], ids=" ".join)
def test_a_process_started_alone_without_redis_says_what_it_needs(tmp_path, command):
    done = alone(tmp_path, *command)

    assert done.returncode in {2, 78}
    assert "NUANYU_REDIS_URL" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        pytest.param({"NUANYU_PROT": "1"}, "did you mean NUANYU_PORT", id="unknown name"),
        pytest.param({"NUANYU_PORT": "eighty"}, "NUANYU_PORT", id="not a number"),
        pytest.param({"NUANYU_TELEGRAM_TOKEN": "1:x"}, "NUANYU_TELEGRAM_SECRET", id="half a bot"),
        pytest.param({"NUANYU_CAMPUS_FILE": "none.toml"}, "none.toml", id="no campus file"),
        pytest.param({"NUANYU_DATABASE_URL": "oracle://x"}, "NUANYU_DATABASE_URL", id="database"),
        pytest.param({"NUANYU_MASTER_KEYS": "a:b"}, "NUANYU_MASTER_KEYS", id="keys"),
    ],
)
def test_a_setting_that_cannot_work_is_told_in_one_line(tmp_path, environment, told):
    done = alone(tmp_path, "up", **environment)

    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert done.returncode in {2, 78}
    assert told in said[-1]
    assert len(said) <= 3, said  # a line of progress may come before
