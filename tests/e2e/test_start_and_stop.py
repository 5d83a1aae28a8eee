"""Everything starts with one command, keeps running, and stops without a trace."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.running import Running, eventually

Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def start(data_dir: Path = tmp_path / "data", *, changes: dict | None = None, **environment):
        environment["NUANYU_TEST_SYSTEM"] = json.dumps(changes or {})
        started.append(Running.small(data_dir, **environment))
        return started[-1]

    yield start
    for running in started:
        running.clean_up()


def diary(running: Running) -> list[str]:
    return (running.data_dir / "diary").read_text(encoding="utf-8").splitlines()


def test_a_person_is_told_where_everything_is(start):
    running = start().wait_until_ready()

    assert f"{running.url}/desk" in running.said
    assert f"{running.url}/docs" in running.said
    assert str(running.data_dir) in running.said
    assert "guided mode" in running.said
    assert "Telegram   off" in running.said


@pytest.mark.parametrize(
    ("number", "environment"),
    [
        pytest.param(signal.SIGINT, {}, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, {}, id="kill"),
        pytest.param(signal.SIGTERM, {"NUANYU_TEST_FRESH": "1"}, id="fresh interpreters"),
    ],
)
def test_a_request_to_stop_leaves_nothing_running(start, number, environment):
    running = start(**environment).wait_until_ready()
    assert len(running.processes()) == 5  # the supervisor, Redis and three processes

    running.signal(number)

    assert running.end() == 0
    assert running.processes() == []
    assert running.lines[-1] == "Everything is stopped."


def test_new_work_is_stopped_first_and_the_workers_last(start):
    running = start().wait_until_ready()

    running.signal(signal.SIGINT)
    running.end()

    assert diary(running)[-3:] == ["stopped scheduler", "stopped web", "stopped worker"]


def test_ctrl_c_in_the_terminal_reaches_the_processes_only_through_us(start):
    running = start().wait_until_ready()

    os.killpg(running.process.pid, signal.SIGINT)
    running.end()

    assert not [line for line in diary(running) if line.startswith("interrupted")]


def test_a_second_ctrl_c_ends_a_process_that_will_not_listen(start):
    running = start(changes={"worker": "deaf"}).wait_until_ready()
    running.signal(signal.SIGINT)
    eventually(lambda: "deaf worker" in diary(running), "the worker was asked to stop")
    eventually(lambda: _asked_again(running), "the end of the waiting")

    assert running.end() == 0
    assert running.processes() == []


def _asked_again(running: Running) -> bool:
    if "did not stop in time" not in running.said:
        running.signal(signal.SIGINT)
    return "did not stop in time" in running.said


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="copies"),
        pytest.param({"NUANYU_TEST_FRESH": "1"}, id="fresh interpreters"),
    ],
)
def test_a_supervisor_killed_outright_takes_everything_with_it_and_can_start_again(
    start, environment
):
    running = start(**environment).wait_until_ready()

    running.signal(signal.SIGKILL)

    running.end()
    eventually(lambda: running.processes() == [], "the end of all processes")
    again = start().wait_until_ready()
    assert len(again.processes()) == 5


def test_a_killed_make_takes_everything_with_it(tmp_path):
    makefile = tmp_path / "Makefile"
    makefile.write_text("run:\n\t@exec $(PROGRAM)\n", encoding="utf-8")
    small = Path(__file__).parents[1] / "fakes" / "small_system.py"
    running = Running(
        ["make", "-f", str(makefile), "run"],
        data_dir=tmp_path / "data",
        PROGRAM=f"{sys.executable} {small}",
        PYTHONPATH=str(small.parents[2]),
    )
    try:
        running.wait_until_ready()

        running.signal(signal.SIGKILL)

        eventually(lambda: running.processes() == [], "the end of all processes")
    finally:
        running.clean_up()


def test_a_process_that_dies_is_started_again_and_a_person_is_told(start):
    running = start().wait_until_ready()

    running.child("worker").kill()

    running.wait_for("worker was ended by signal 9; starting it again in 1 s")
    eventually(lambda: diary(running).count("started worker") == 2, "the worker's second start")


def test_a_redis_that_dies_is_started_again_at_the_same_address(start):
    running = start().wait_until_ready()

    first = running.child("redis")
    first.kill()

    running.wait_for("Redis ended unexpectedly")
    eventually(lambda: running.child("redis") != first, "the second Redis")
    running.signal(signal.SIGINT)
    assert running.end() == 0
    assert running.processes() == []


def test_warnings_reach_the_screen_and_everything_reaches_the_log_file(start):
    running = start(changes={"worker": "mutters"}).wait_until_ready()

    running.wait_for("worker: warning: kettle_cold cups=2")
    log = running.data_dir / "logs" / "worker.log"
    eventually(lambda: "all is well" in log.read_text(encoding="utf-8"), "the calm line")
    assert "all is well" not in running.said


@pytest.mark.parametrize("kind", ["crashes", "raises"])
def test_a_process_that_keeps_crashing_at_the_start_ends_the_start_with_its_last_words(start, kind):
    running = start(changes={"web": kind})

    assert running.end() == 1
    assert "web does not start; its last lines:" in running.said
    assert "the cupboard is empty" in running.said
    assert running.processes() == []


def test_a_process_that_refuses_its_settings_ends_the_start_with_its_own_line(start):
    running = start(changes={"web": "refuses"})

    assert running.end() == 78
    assert running.lines[-1] == "Stopped: web refused to start: NUANYU_CUPBOARD is empty: fill it"
    assert running.processes() == []


def test_a_busy_port_is_named_with_a_way_out(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        running = start(NUANYU_PORT=str(port))

        assert running.end() == 78
    assert f"port {port} is in use by another program" in running.said
    assert f"NUANYU_PORT={port + 1}" in running.said
    assert len(running.lines) == 1


def test_an_address_that_is_not_ours_is_named(start):
    running = start(NUANYU_HOST="192.0.2.1")

    assert running.end() == 78
    assert "NUANYU_HOST=192.0.2.1 is not an address of this machine" in running.said


def test_a_data_directory_that_is_a_file_is_named(start, tmp_path):
    (tmp_path / "data").write_text("not a directory", encoding="utf-8")

    running = start()

    assert running.end() == 78
    assert f"cannot write in the data directory {tmp_path / 'data'} (it is not a directory)" in (
        running.said
    )
    assert len(running.lines) == 1


def test_a_data_directory_that_may_not_be_written_is_named(start):
    # /proc refuses new directories to everybody, the administrator included.
    running = start(data_dir=Path("/proc/nuanyu"))

    assert running.end() == 78
    assert "cannot write in the data directory /proc/nuanyu" in running.said
    assert "NUANYU_DATA_DIR" in running.said


def test_a_redis_that_does_not_answer_is_named(start, tmp_path):
    running = start(NUANYU_REDIS_URL=f"unix://{tmp_path}/nobody.sock")

    assert running.end() == 78
    assert "no Redis answers at NUANYU_REDIS_URL" in running.said


def test_a_wrong_setting_is_named(start):
    running = start(NUANYU_PROT="8081")

    assert running.end() == 78
    assert "did you mean NUANYU_PORT" in running.said


def test_the_second_start_on_the_same_data_is_told_where_the_first_one_is(start):
    first = start().wait_until_ready()

    second = start()

    assert second.end() == 78
    assert f"Nuanyu is already running at {first.url}" in second.said
    assert len(second.lines) == 1
    assert len(first.processes()) == 5


def test_a_data_directory_with_a_long_chinese_name_works(start, tmp_path):
    running = start(data_dir=tmp_path / ("暖语 数据" * 10) / "deep").wait_until_ready()

    running.signal(signal.SIGINT)

    assert running.end() == 0
