"""Signs of life of the processes, for /readyz and `nuanyu doctor`."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import redis

_KEY = "nuanyu:alive:"
_BEAT = 3.0  # seconds
_LIFE = 12  # seconds without a beat until a process counts as gone
_TIMEOUT = 1.0  # seconds


class Heartbeat:
    """Says every few seconds that this process is alive."""

    def __init__(self, redis_url: str, names: Sequence[str]) -> None:
        self._redis = _client(redis_url)
        self._names = names
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to beat, in a thread of its own."""
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        """Say goodbye."""
        self._stopped.set()
        try:
            self._redis.delete(*(_KEY + name for name in self._names))
        except (redis.RedisError, OSError):
            return

    def _beat(self) -> None:
        while not self._stopped.is_set():
            try:
                for name in self._names:
                    self._redis.set(_KEY + name, 1, ex=_LIFE)
            except (redis.RedisError, OSError):
                pass  # the next beat tries again; whoever reads sees the silence
            self._stopped.wait(_BEAT)


def alive(redis_url: str, names: Sequence[str]) -> dict[str, bool] | None:
    """Return which of these processes are alive; None when Redis itself is away."""
    client = _client(redis_url)
    try:
        beats = client.mget([_KEY + name for name in names])
    except (redis.RedisError, OSError):
        return None
    finally:
        client.close()
    return {name: beat is not None for name, beat in zip(names, beats, strict=True)}


def _client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(redis_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
