"""A started `nuanyu up` (or a stand-in for it) as the tests see it from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from infra.embedded.redis import EmbeddedRedis

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds; a test that needs them all has failed


def eventually(is_so: Callable[[], object], what: str, *, within: float = PATIENCE) -> None:
    """Wait until something is so. Raises AssertionError naming what never came."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(data_dir: Path) -> list[psutil.Process]:
    """Return every living process that was given this data directory, Redis included."""
    # Redis writes its title over its environment: it is known by its socket.
    socket = EmbeddedRedis(data_dir).url.removeprefix("unix://")
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            given = process.environ().get("NUANYU_DATA_DIR") == str(data_dir)
            is_ours = given or socket in " ".join(process.cmdline())
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


class Running:
    """One start of the system in a data directory of its own."""

    def __init__(
        self, argv: Sequence[str], *, data_dir: Path, cwd: Path = ROOT, **environment: str
    ) -> None:
        self.data_dir = data_dir
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=_environment({"NUANYU_DATA_DIR": str(data_dir), "NUANYU_PORT": "0"} | environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def small(cls, data_dir: Path, **environment: str) -> Running:
        """Start the small system of tests/fakes/small_system.py."""
        argv = [sys.executable, str(ROOT / "tests" / "fakes" / "small_system.py")]
        return cls(argv, data_dir=data_dir, PYTHONPATH=str(ROOT), **environment)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def said(self) -> str:
        """Everything it has printed so far."""
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        """Where it listens, from its own greeting."""
        found = re.search(r"Chat +(http://\S+)/chat", self.said)
        assert found, self.said
        return found[1]

    def wait_for(self, words: str) -> None:
        """Wait until it has printed these words."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert self.process.poll() is None, f"ended without {words!r}:\n{self.said}"
            assert time.monotonic() < deadline, f"never said {words!r}:\n{self.said}"
            time.sleep(0.05)

    def wait_until_ready(self) -> Running:
        """Wait for the greeting."""
        self.wait_for("stops everything")
        return self

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the first process alone."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(PATIENCE)
        self._reader.join(5)
        return status

    def processes(self) -> list[psutil.Process]:
        """Return every living process that was given this data directory, Redis included."""
        return processes_of(self.data_dir)

    def child(self, name: str) -> psutil.Process:
        """Return the process that runs under this name now."""
        note = json.loads((self.data_dir / "run" / f"{name}.pid").read_text(encoding="utf-8"))
        return psutil.Process(note["pid"])

    def clean_up(self) -> None:
        """End whatever is left, so that a failed test leaves nothing behind."""
        for process in self.processes():
            process.kill()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self._reader.join(5)
        self.process.stdout.close()


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NUANYU_") and name not in {"MAKELEVEL", "MAKEFLAGS"}
    }
    return kept | dict(changes)
