"""Waiting for signals without asking again and again."""

from __future__ import annotations

import select
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

#: A request to stop often comes twice, from the terminal and from `make`: that is one request.
_SAME_REQUEST = 0.5  # seconds

_Handler = Callable[[int, FrameType | None], Any] | int | None


class Signals:
    """Collects SIGINT, SIGTERM, SIGHUP and SIGCHLD while it is open; main thread only."""

    def __init__(self) -> None:
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)  # noqa: FBT003, the standard library's signature
        self._writing.setblocking(False)  # noqa: FBT003, the standard library's signature
        self._before: dict[int, _Handler] = {}
        self._wakeup = -1
        #: How many requests to stop have been heard by `wait`.
        self.stops = 0
        self._last_stop = float("-inf")

    def __enter__(self) -> Self:
        self._wakeup = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        for number in (*_STOPPING, signal.SIGCHLD):
            # nohup: who ignores a hang-up at the start wants it ignored.
            if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
                self._before[number] = signal.signal(number, _nothing)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        signal.set_wakeup_fd(self._wakeup)
        self._reading.close()
        self._writing.close()

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or at once when a signal comes."""
        ready, _, _ = select.select([self._reading], [], [], max(seconds, 0))
        if ready:
            numbers = self._reading.recv(4096)
            if any(number in _STOPPING for number in numbers):
                self._count()

    def _count(self) -> None:
        now = time.monotonic()
        if now - self._last_stop > _SAME_REQUEST:
            self.stops += 1
            self._last_stop = now


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Let the wake-up descriptor do the work."""
