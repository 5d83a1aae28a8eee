"""Keeps a second reader from harming what it helps (law 4).

It is asked by the safety workers, whose threads belong to cards and pages: only a few of them
may wait for it at the same time, and one that keeps failing is left alone for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from companion.risk.opinion import Opinion
from companion.turns import Turn
from infra.opinion.reader import NoOpinion, Reader

log = structlog.get_logger(__name__)

#: Threads of one safety worker (it has 32) that may wait for opinions.
MOST_AT_ONCE = 8
#: Failures in a row after which it is left alone, and for how long (seconds).
FAILURES = 3
REST = 30.0


class Bounded:
    """Implements companion.ports.SecondOpinion. Safe to share between threads."""

    def __init__(
        self, reader: Reader, *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._reader = reader
        self._seconds = seconds
        self._clock = clock
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._failures = 0
        self._rests_until = float("-inf")

    @property
    def name(self) -> str:
        """A short word for metrics."""
        return self._reader.name

    def read(self, text: str, *, history: Sequence[Turn]) -> Opinion | None:
        """Return what it reads; None when it is late, away, busy or makes no sense."""
        if self._clock() < self._rests_until or not self._places.acquire(blocking=False):
            return None
        try:
            opinion = self._reader.read(text, history=history, seconds=self._seconds)
        except NoOpinion as error:
            self._failed(str(error))
            return None
        finally:
            self._places.release()
        self._failures = 0
        return opinion

    def _failed(self, reason: str) -> None:
        log.info("opinion_silent", reader=self.name, reason=reason)
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures = 0
            self._rests_until = self._clock() + REST
            log.warning("opinion_rests", reader=self.name, seconds=REST)
