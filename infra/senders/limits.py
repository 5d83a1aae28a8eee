"""How fast we may send: to all chats together and to each, counted across processes."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final, TypeVar

import redis
import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from companion.ports import RetryLater

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: One chat may get this many messages at once before its rate holds: a split reply, a card.
CHAT_BURST: Final = 3
#: How long a silent Redis is left alone (seconds); meanwhile each process counts by itself.
REDIS_REST: Final = 5.0
REDIS_TIMEOUT: Final = 0.5  # seconds; a slower answer than this is none
_SHORTEST_NAP: Final = 0.02  # seconds
_LONGEST_WINDOW: Final = 60  # seconds, for odd rates such as 0.7 a second


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a second: to all chats together, and to one chat."""

    total: float
    chat: float


class SendLimiter:
    """Holds senders back until the platform's limits allow one more. Safe to share.

    Counts in Redis, so that all processes keep one limit; without Redis, in this process alone.
    """

    def __init__(
        self,
        *,
        redis_url: str | None,
        secret: str,
        rates: Rates,
        lane: str = "",
        patience: float = 10.0,  # seconds
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Count under `secret`; senders of another `lane` have limits of their own."""
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._lane = lane
        self._all = _window(rates.total, burst=1)
        self._chat = _window(rates.chat, burst=CHAT_BURST)
        self._draft = _window(rates.chat, burst=1)
        self._patience = patience
        self._sleep = sleep
        self._shared = None if redis_url is None else MovingWindowRateLimiter(_storage(redis_url))
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared_again_at = 0.0

    def wait(self, address: str) -> None:
        """Return when one message may be sent to this chat.

        Raises RetryLater when that would take longer than the patience.
        """
        left = self._take(self._chat, ("chat", self._name(address)), patience=self._patience)
        self._take(self._all, ("all",), patience=left)

    def allows_draft(self, address: str) -> bool:
        """Whether a draft may be shown now; drafts never use up what messages need."""
        drafts = self._hit(self._draft, ("draft", self._name(address)))
        return drafts and self._hit(self._all, ("drafts",))

    def _take(self, window: RateLimitItem, key: tuple[str, ...], *, patience: float) -> float:
        """Wait for one place in the window and return what is left of the patience."""
        while not self._hit(window, key):
            nap = max(_SHORTEST_NAP, self._opens_in(window, key))
            if nap > patience:
                raise RetryLater(timedelta(seconds=nap))
            self._sleep(nap)
            patience -= nap
        return patience

    def _hit(self, window: RateLimitItem, key: tuple[str, ...]) -> bool:
        return self._counted(lambda limiter: limiter.hit(window, self._lane, *key))

    def _opens_in(self, window: RateLimitItem, key: tuple[str, ...]) -> float:
        def reset(limiter: MovingWindowRateLimiter) -> float:
            return float(limiter.get_window_stats(window, self._lane, *key).reset_time)

        # The library counts by the wall clock, and so does what it says about the reset.
        return min(self._counted(reset) - time.time(), float(window.get_expiry()))

    def _counted(self, ask: Callable[[MovingWindowRateLimiter], T]) -> T:
        if self._shared is not None and time.monotonic() >= self._shared_again_at:
            try:
                return ask(self._shared)
            except redis.RedisError as error:
                self._shared_again_at = time.monotonic() + REDIS_REST
                log.warning("send_limits_not_shared", error=type(error).__name__)
        return ask(self._own)

    def _name(self, address: str) -> str:
        # A chat id is an identity; nobody who reads Redis can tell whose count this is.
        return hmac.new(self._secret, address.encode(), hashlib.sha256).hexdigest()[:24]


def _window(rate: float, *, burst: int) -> RateLimitItem:
    """Return the shortest window of whole seconds that holds the rate and allows the burst."""
    exact = Fraction(rate).limit_denominator(_LONGEST_WINDOW)
    if exact <= 0:
        exact = Fraction(1, _LONGEST_WINDOW)
    amount = exact.numerator * -(-burst // exact.numerator)
    return RateLimitItemPerSecond(amount, max(1, round(amount / exact)), namespace="send")


def _storage(url: str) -> RedisStorage:
    pool = redis.ConnectionPool.from_url(
        url.replace("redis+socket://", "unix://", 1),
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisStorage("redis://", connection_pool=pool, key_prefix="nuanyu")
