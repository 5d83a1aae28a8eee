"""Counts of things that happen, from all processes together; never to whom, never a word.

Each process adds to one hash in Redis, and the web process shows it under /metrics. Counts that
Redis did not take wait in the process and go along with the next ones, so that what happens
while Redis is away is not lost from the figures.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import redis
import structlog
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from companion.flows.ask_opinion import Heard
from companion.flows.assess import broken_by
from companion.risk import Verdict

log = structlog.get_logger(__name__)

_KEY = "nuanyu:tally"
_TIMEOUT = 0.5  # seconds
#: A Redis that failed is left alone this long (seconds).
_REST = 2.0
_SCREENINGS = "screen_failures"
_OPINIONS = "opinions"


class Tally(Collector):
    """Counts, and shows the counts of all processes. Safe to share between threads."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
            decode_responses=True,
        )
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()
        #: The last that Redis told, shown on while it is away.
        self._told: Counter[str] = Counter()
        self._rests_until = 0.0

    def screened(self, verdict: Verdict) -> None:
        """Count, and log, a screening that broke; the message counts as worrying (law 4)."""
        error = broken_by(verdict)
        if error is not None:
            log.error("screening_failed", error=error)
            self._add(_SCREENINGS)

    def heard(self, reader: str, outcome: Heard) -> None:
        """Count what came of asking a second reader."""
        self._add(f"{_OPINIONS}:{reader}:{outcome}")

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts for Prometheus."""
        counts = self._read()
        failures = CounterMetricFamily(
            "nuanyu_screen_failures", "Texts whose screening broke; each counts as worrying"
        )
        failures.add_metric([], counts[_SCREENINGS])
        yield failures
        opinions = CounterMetricFamily(
            "nuanyu_opinions", "What came of asking a second reader", labels=["reader", "outcome"]
        )
        for name, count in sorted(counts.items()):
            if name.startswith(f"{_OPINIONS}:"):
                opinions.add_metric(name.split(":")[1:], count)
        yield opinions

    def _add(self, name: str) -> None:
        with self._lock:
            self._waiting[name] += 1
            if time.monotonic() < self._rests_until:
                return
            try:
                with self._redis.pipeline(transaction=True) as pipe:
                    for each, count in self._waiting.items():
                        pipe.hincrby(_KEY, each, count)
                    pipe.execute()
            except (redis.RedisError, OSError):
                self._rests_until = time.monotonic() + _REST
            else:
                self._waiting.clear()

    def _read(self) -> Counter[str]:
        try:
            told = self._redis.hgetall(_KEY)
            self._told = Counter({str(name): int(count) for name, count in told.items()})
        except (redis.RedisError, OSError):
            pass  # `nuanyu_part_up` says that it is away
        with self._lock:
            return self._told + self._waiting
