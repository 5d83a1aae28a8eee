"""Who is looking at which chat or case: one subscription to the bell for the whole process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from infra.queue import CHANNEL

log = structlog.get_logger(__name__)

_RETRY = 1.0  # seconds


class Watch:
    """Wakes the open pages of a student, and those of the staff, when something changed."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._bells: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        #: Whether rings come through; without them pages look more often by themselves.
        self.is_ringing = False

    @contextmanager
    def on(self, *ids: UUID) -> Iterator[asyncio.Event]:
        """Yield an event that is set at every ring for one of these (students, or the desk)."""
        bell = asyncio.Event()
        for each in ids:
            self._bells[each].add(bell)
        try:
            yield bell
        finally:
            for each in set(ids):
                self._bells[each].discard(bell)
                if not self._bells[each]:
                    del self._bells[each]

    async def listen(self) -> None:
        """Listen for ever; a broker that comes back is found again."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                if self.is_ringing:
                    log.warning("bell_silent", error=type(error).__name__)
                self.is_ringing = False
                # Nobody waits for a ring that cannot come: they look by themselves from now on.
                self._wake_all()
                await asyncio.sleep(_RETRY)

    async def _listen(self) -> None:
        client = redis.Redis.from_url(self._url, socket_connect_timeout=_RETRY)
        try:
            async with client.pubsub() as subscription:
                await subscription.psubscribe(f"{CHANNEL}*")
                self.is_ringing = True
                self._wake_all()
                async for ring in subscription.listen():
                    if ring["type"] == "pmessage":
                        self._wake(ring["channel"].decode().removeprefix(CHANNEL))
        finally:
            await client.aclose()

    def _wake(self, student_id: str) -> None:
        for bell in self._bells.get(UUID(student_id), ()):
            bell.set()

    def _wake_all(self) -> None:
        for bells in self._bells.values():
            for bell in bells:
                bell.set()
