"""Numbers for Prometheus: how much is owed and how old it is; never whose it is."""

from __future__ import annotations

import redis
from prometheus_client import CollectorRegistry, Gauge

from companion.errors import StoreUnavailable
from companion.flows.watchdog import unnotified_cases
from companion.jobs import Queue
from infra.services import Parts

_TIMEOUT = 1.0  # seconds


class Gauges:
    """What is read anew for every scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._owed = Gauge(
            "nuanyu_owed", "What the rows still owe, and its age", ["what"], registry=registry
        )
        self._depth = Gauge(
            "nuanyu_queue_depth", "Jobs that wait on a queue", ["queue"], registry=registry
        )
        self._unnotified = Gauge(
            "nuanyu_cases_unnotified",
            "Open cases that should have reached staff and reached nobody",
            registry=registry,
        )
        self._up = Gauge("nuanyu_part_up", "Whether a part answers", ["part"], registry=registry)

    def read(self, parts: Parts) -> None:
        """Read the rows and the queues; a part that is away is 0 and its numbers stay old."""
        try:
            now = parts.services.clock.now()
            with parts.store.reading() as tx:
                counts = tx.upkeep.counts(now=now)
            self._unnotified.set(unnotified_cases(store=parts.store, now=now))
            for what, number in counts.items():
                self._owed.labels(what).set(number)
            self._up.labels("database").set(1)
        except StoreUnavailable:
            self._up.labels("database").set(0)
        client = redis.Redis.from_url(
            parts.redis_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT
        )
        try:
            for queue in Queue:
                self._depth.labels(queue.value).set(client.llen(queue.value))
            self._up.labels("redis").set(1)
        except (redis.RedisError, OSError):
            self._up.labels("redis").set(0)
        finally:
            client.close()
