"""Keeps the processes running until somebody says stop, then stops them in their order."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from itertools import groupby

from companion.errors import NuanyuError
from infra.embedded.redis import EmbeddedFailed, EmbeddedMissing, EmbeddedRedis
from infra.up.commands import Stage
from infra.up.preflight import EXIT_CONFIG
from infra.up.process import Process
from infra.up.readiness import Readiness
from infra.up.signals import Signals

READY_WITHIN = 180.0  # seconds
#: Seconds a stage has to finish what it is doing: a worker may hold a reply half written.
GRACE = {Stage.FEED: 5.0, Stage.SERVE: 5.0, Stage.WORK: 10.0}
PULSE = 0.25  # seconds between two questions for readiness
REPORT_EVERY = 10.0  # seconds between two "still starting"
TRIES_AT_START = 3  # deaths of one process, before the first readiness, that end the start


class GaveUp(NuanyuError):
    """The processes cannot be brought up; the message says which one failed and where to look."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        super().__init__(message)
        #: The exit status for the whole.
        self.status = status


class Supervisor:
    """The processes of one `nuanyu up`. Call from the main thread, signals open."""

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        redis: EmbeddedRedis | None,
        signals: Signals,
        say: Callable[[str], None],
    ) -> None:
        self._processes = processes
        self._redis = redis
        self._signals = signals
        self._say = say
        self._is_ready = False

    def start(self) -> None:
        """Start all processes."""
        gc.freeze()  # copies of this process share its memory as long as nobody touches it
        for process in self._processes:
            process.start()
        # Only now: a process with threads is not to be copied.
        for process in self._processes:
            process.listen()

    def wait_until_ready(self, ask: Callable[[], Readiness]) -> bool:
        """Wait for readiness; False when somebody said stop before. Raises GaveUp."""
        began = reported = time.monotonic()
        answer = Readiness(is_ready=False)
        while not self._signals.stops:
            answer = ask()
            if answer.is_ready:
                self._is_ready = True
                return True
            now = time.monotonic()
            if now - began > READY_WITHIN:
                raise GaveUp(
                    f"not ready after {READY_WITHIN:.0f} s: {answer.detail or 'no answer'}"
                )
            if now - reported > REPORT_EVERY:
                reported = now
                self._say(f"Still starting … {answer.detail}".rstrip())
            self._signals.wait(PULSE)
            self._revive()
        return False

    def watch(self) -> None:
        """Keep everything running until somebody says stop. Raises GaveUp."""
        while not self._signals.stops:
            self._signals.wait(self._next_start())
            if not self._signals.stops:
                self._revive()

    def stop(self) -> None:
        """Stop everything, the feeding processes first, Redis last; another Ctrl-C hurries."""
        heard = self._signals.stops
        newest_first = sorted(self._processes, key=lambda p: p.command.stage, reverse=True)
        for stage, processes in groupby(newest_first, key=lambda p: p.command.stage):
            self._stop_stage(list(processes), grace=GRACE[stage], heard=heard)
        if self._redis is not None:
            self._redis.stop()

    def _stop_stage(self, stage: Sequence[Process], *, grace: float, heard: int) -> None:
        for process in stage:
            process.ask_to_stop()
        deadline = time.monotonic() + grace
        while any(process.is_running for process in stage):
            left = deadline - time.monotonic()
            # Asked again while stopping: no more waiting, in no stage.
            if left <= 0 or self._signals.stops > heard:
                break
            self._signals.wait(left)
        for process in stage:
            if process.is_running:
                self._say(f"{process.command.name} did not stop in time and was ended.")
            process.finish()

    def _revive(self) -> None:
        now = time.monotonic()
        self._revive_redis()
        for process in self._processes:
            if process.start_at is not None:
                if process.start_at <= now:
                    process.start()
                    process.listen()
            elif not process.is_running:
                self._plan(process, now)

    def _plan(self, process: Process, now: float) -> None:
        status = process.exit_status
        pause = process.plan_restart(now)
        name, log = process.command.name, process.log_path
        if status == EXIT_CONFIG:
            said = process.last_lines[-1] if process.last_lines else f"see {log}"
            said = said.removeprefix("nuanyu: ")
            raise GaveUp(f"{name} refused to start: {said}", status=EXIT_CONFIG)
        if not self._is_ready and process.failures >= TRIES_AT_START:
            raise GaveUp(
                "\n".join([f"{name} does not start; its last lines:", *process.last_lines])
                + f"\nAll of it is in {log}"
            )
        self._say(f"{name} {_how_it_ended(status)}; starting it again in {pause:g} s (see {log})")

    def _revive_redis(self) -> None:
        if self._redis is None or self._redis.is_running:
            return
        self._say("Redis ended unexpectedly; starting it again. Nothing is lost.")
        try:
            self._redis.restart()
        except (EmbeddedFailed, EmbeddedMissing) as error:
            raise GaveUp(str(error)) from error

    def _next_start(self) -> float:
        now = time.monotonic()
        due = [
            process.start_at - now for process in self._processes if process.start_at is not None
        ]
        return min(due, default=5.0)  # SIGCHLD wakes us earlier


def _how_it_ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by signal {-status}"
    return f"ended unexpectedly (exit status {status})"
