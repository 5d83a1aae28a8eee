"""Which updates were handled already: Telegram repeats one until it hears 200."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

#: Telegram gives an update up after a day.
REMEMBERED: Final = timedelta(days=2)
_OWN_LIMIT: Final = 5_000


class Handled:
    """Remembers updates: in Redis for all processes, and in this one while Redis is away.

    A hint that saves repeated answers: what an update changes is changed once without it, too.
    """

    def __init__(self, redis: Redis | None = None) -> None:
        self._redis = redis
        self._own: OrderedDict[int, None] = OrderedDict()

    async def knows(self, update_id: int) -> bool:
        """Whether this update was handled."""
        if update_id in self._own or self._redis is None:
            return update_id in self._own
        try:
            return bool(await self._redis.exists(_name(update_id)))
        except RedisError as error:
            log.warning("staff_updates_not_shared", error=type(error).__name__)
            return False

    async def note(self, update_id: int) -> None:
        """Note that an update was handled."""
        self._own[update_id] = None
        if len(self._own) > _OWN_LIMIT:
            self._own.popitem(last=False)
        if self._redis is not None:
            try:
                await self._redis.set(_name(update_id), 1, ex=REMEMBERED)
            except RedisError as error:
                log.warning("staff_updates_not_shared", error=type(error).__name__)


def _name(update_id: int) -> str:
    return f"nuanyu:staff:update:{update_id}"
