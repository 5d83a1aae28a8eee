"""The embedded Redis is a real server, ours alone, and never outlives its owner."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import redis
from celery import Celery

from infra.embedded import leftovers
from infra.embedded import redis as embedded
from infra.embedded.redis import (
    EmbeddedFailed,
    EmbeddedMissing,
    EmbeddedRedis,
    broker_url,
    find_program,
    find_running,
)
from infra.embedded.sockets import UnsafePlace, make_private
from tests.fakes.running import ROOT, eventually

_OWNER = """
import sys, time
from pathlib import Path
from infra.embedded.redis import EmbeddedRedis
server = EmbeddedRedis(Path(sys.argv[1])); server.start()
print(server.pid, flush=True); time.sleep(60)
"""


def test_it_answers_over_a_private_socket_and_writes_nothing_to_disk(tmp_path):
    with EmbeddedRedis(tmp_path) as server:
        client = redis.Redis.from_url(server.url)
        settings = client.config_get("*")
        socket = Path(server.url.removeprefix("unix://"))

        assert settings["port"] == "0"
        assert settings["save"] == ""
        assert settings["appendonly"] == "no"
        assert settings["maxmemory-policy"] == "noeviction"
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        client.close()


def test_celery_finds_it_as_a_broker(tmp_path):
    with (
        EmbeddedRedis(tmp_path) as server,
        Celery(broker=broker_url(server.url)).connection_for_write() as connection,
    ):
        connection.ensure_connection(max_retries=1)
        assert connection.connected


def test_an_address_with_a_port_needs_no_change_for_celery():
    assert broker_url("redis://broker:6379/1") == "redis://broker:6379/1"


def test_a_path_too_long_for_a_socket_or_with_odd_letters_still_works(tmp_path):
    with EmbeddedRedis(tmp_path / ("暖语 100%" * 12)) as server:
        place = Path(server.url.removeprefix("unix://")).parent
        assert embedded.answers(server.url)

    assert not place.exists()


def test_after_a_stop_nothing_is_left(tmp_path):
    server = EmbeddedRedis(tmp_path)
    server.start()
    process = psutil.Process(server.pid)
    assert find_running(tmp_path) == server.url

    server.stop()

    assert not process.is_running()
    assert find_running(tmp_path) is None
    server.stop()  # a second time is no error


def test_two_owners_never_share_one_data_directory(tmp_path):
    with EmbeddedRedis(tmp_path) as server:
        with pytest.raises(EmbeddedFailed, match="another process already runs a Redis"):
            EmbeddedRedis(tmp_path).start()

        assert server.is_running
        assert embedded.answers(server.url)


def test_it_ends_when_its_owner_is_killed(tmp_path):
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        server = psutil.Process(int(owner.stdout.readline()))

        owner.kill()

        eventually(lambda: not server.is_running(), "the end of Redis")


def test_a_leftover_of_an_earlier_start_is_ended(tmp_path):
    (tmp_path / "run").mkdir()
    with subprocess.Popen(["sleep", "60"]) as orphan:
        leftovers.write_down(tmp_path / "run" / "redis.pid", orphan.pid)

        with EmbeddedRedis(tmp_path):
            assert not psutil.pid_exists(orphan.pid)


def test_a_stranger_with_the_remembered_id_is_left_alone(tmp_path):
    note = tmp_path / "redis.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        began = psutil.Process(stranger.pid).create_time()
        note.write_text(json.dumps({"pid": stranger.pid, "began": began - 1}), encoding="utf-8")

        assert leftovers.reap(note) is False
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"pid": "x", "began": 1}', "12"])
def test_a_damaged_note_is_no_obstacle(tmp_path, content):
    note = tmp_path / "redis.pid"
    note.write_text(content, encoding="utf-8")

    assert leftovers.reap(note) is False
    assert not note.exists()


def test_without_any_redis_a_person_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EmbeddedMissing, match="apt install redis-server"):
        find_program()


def test_a_redis_of_the_machine_is_used_where_none_is_bundled(monkeypatch, tmp_path):
    own = tmp_path / "redis-server"
    own.symlink_to(find_program())
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_program() == str(own)


def test_a_server_that_cannot_start_says_why(monkeypatch, tmp_path):
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho out of cups\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(embedded, "find_program", lambda: str(broken))

    with pytest.raises(EmbeddedFailed, match="Redis did not start: out of cups"):
        EmbeddedRedis(tmp_path / "data").start()


def test_a_socket_directory_planted_by_somebody_else_is_refused(tmp_path):
    planted = tmp_path / "planted"
    planted.symlink_to(tmp_path)

    with pytest.raises(UnsafePlace):
        make_private(planted)


def test_a_socket_directory_open_to_others_is_closed(tmp_path):
    place = tmp_path / "run"
    place.mkdir()
    place.chmod(0o755)

    make_private(place)

    assert stat.S_IMODE(place.stat().st_mode) == 0o700
