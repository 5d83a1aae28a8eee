"""One process that is kept running: started, listened to, stopped with all it started itself."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from infra.embedded import leftovers
from infra.embedded.lifeline import tied
from infra.up.commands import Command
from infra.up.fork import Copy, can_copy, copy
from infra.up.logs import LogFile, for_the_screen

FIRST_PAUSE = 1.0  # seconds before the first restart; doubled each time
LONGEST_PAUSE = 30.0  # seconds
STEADY_AFTER = 60.0  # seconds of life after which the pause begins anew


class Process:
    """A running command, its log and the note that lets a later start end it."""

    def __init__(
        self,
        command: Command,
        *,
        environment: Mapping[str, str],
        data_dir: Path,
        show: Callable[[str], None],
    ) -> None:
        self.command = command
        #: How often in a row it ended by itself.
        self.failures = 0
        #: Monotonic time of the next start; None while it runs.
        self.start_at: float | None = None
        self._environment = {**environment, **command.environment}
        self._show = show
        self._log = LogFile(data_dir / "logs" / f"{command.name}.log")
        self._note = data_dir / "run" / f"{command.name}.pid"
        self._popen: subprocess.Popen[bytes] | Copy | None = None
        self._output: int | None = None
        self._reader: Thread | None = None
        self._started = 0.0

    @property
    def log_path(self) -> Path:
        """Where everything it writes is kept."""
        return self._log.path

    @property
    def last_lines(self) -> list[str]:
        """What it wrote last."""
        return self._log.last_lines

    @property
    def exit_status(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs or before it was started."""
        return None if self._popen is None else self._popen.poll()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._popen is not None and self._popen.poll() is None

    def start(self) -> None:
        """Start it and call `listen` soon: until then its output waits in a pipe."""
        reading, writing = os.pipe()
        if can_copy(self.command.argv):
            self._popen = copy(self.command.argv, environment=self._environment, output=writing)
        else:
            self._popen = self._fresh(writing)
        os.close(writing)
        self._output = reading
        leftovers.write_down(self._note, self._popen.pid)
        self._started = time.monotonic()
        self.start_at = None

    def listen(self) -> None:
        """Write its output into the log from now on, in a thread."""
        if self._output is not None:
            lines = os.fdopen(self._output, "rb")
            self._output = None
            self._reader = Thread(target=self._read, args=(lines,), daemon=True)
            self._reader.start()

    def _fresh(self, output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            tied(self.command.argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=self._environment,
            process_group=0,  # Ctrl-C in the terminal is for us: we stop it in its turn
        )

    def plan_restart(self, now: float) -> float:
        """Note that it ended by itself and return in how many seconds it starts again."""
        self._end_group()
        self.failures = 1 if now - self._started > STEADY_AFTER else self.failures + 1
        pause: float = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.start_at = now + pause
        return pause

    def ask_to_stop(self) -> None:
        """Send SIGTERM to it and to all it started."""
        self.start_at = None
        if self._popen is not None and self._popen.poll() is None:
            self._signal(signal.SIGTERM)

    def finish(self) -> None:
        """Kill what is left of it and forget it."""
        self._end_group()
        if self._output is not None:
            os.close(self._output)
            self._output = None
        self._note.unlink(missing_ok=True)
        self._log.close()

    def _end_group(self) -> None:
        if self._popen is None:
            return
        self._signal(signal.SIGKILL)
        self._popen.wait()
        if self._reader is not None:
            self._reader.join(timeout=1)

    def _signal(self, number: int) -> None:
        if self._popen is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, number)

    def _read(self, lines: BinaryIO) -> None:
        with lines:
            for line in lines:
                # A full disk must not stop the process: its pipe is read to the end all the same.
                with suppress(OSError, ValueError):
                    self._log.write(line)
                shown = for_the_screen(line.decode(errors="replace"))
                if shown is not None:
                    self._show(f"{self.command.name}: {shown}")
