"""Which groups were greeted already: in Redis for all processes, else in this one."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

REMEMBERED: Final = timedelta(days=180)
#: So many groups fit in this process's own memory; beyond, the oldest is forgotten.
_OWN_LIMIT: Final = 10_000


class GreetedGroups:
    """Implements bot.telegram.ports.Greeted. Keeps keyed hashes, never a chat's id."""

    def __init__(self, *, secret: str, redis: Redis | None = None) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._redis = redis
        self._own: dict[str, None] = {}

    async def first_time(self, chat_id: str) -> bool:
        """Whether this group asks for the first time; without Redis, in this process."""
        name = hmac.new(self._secret, chat_id.encode(), hashlib.sha256).hexdigest()[:32]
        if name in self._own:
            return False
        self._own[name] = None
        if len(self._own) > _OWN_LIMIT:
            del self._own[next(iter(self._own))]
        return self._redis is None or await self._first_anywhere(self._redis, name)

    async def _first_anywhere(self, redis: Redis, name: str) -> bool:
        try:
            return bool(await redis.set(f"nuanyu:greeted:{name}", 1, nx=True, ex=REMEMBERED))
        except RedisError as error:
            log.warning("greeted_groups_not_shared", error=type(error).__name__)
            return True
