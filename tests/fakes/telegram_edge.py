"""Telegram's edge with nothing behind it: an intake that keeps what it got, and may echo it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.telegram.client import telegram_bot
from bot.telegram.greeted import GreetedGroups
from bot.telegram.poll import poll
from bot.telegram.webhook import PATH, TelegramWebhook
from companion.errors import StoreUnavailable
from companion.messages import Choice, Inbound, Platform
from companion.ports import Sender
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.senders.telegram import TelegramSender

SECRET = "a-long-made-up-word-for-tests"


@dataclass(frozen=True)
class Accepted:
    """Implements bot.telegram.ports.Accepted."""

    card: tuple[str, tuple[Choice, ...]] | None = None


@dataclass
class RecordingIntake:
    """Keeps each update once, as the real one does; implements bot.telegram.ports.Intake."""

    #: Echoes each text through this sender.
    echo: Sender | None = None
    choices: Sequence[Choice] = ()
    #: Comes back as the answer's card, once per update.
    card: tuple[str, tuple[Choice, ...]] | None = None
    #: So many calls from now on find the database away.
    away: int = 0
    got: list[Inbound] = field(default_factory=list)
    reached: list[tuple[str, bool]] = field(default_factory=list)
    calls: int = 0

    async def accept(self, inbound: Inbound) -> Accepted:
        self._knock()
        if inbound.platform_id in {known.platform_id for known in self.got}:
            return Accepted()
        self.got.append(inbound)
        if self.echo is not None:
            await asyncio.to_thread(self._echo, self.echo, inbound)
        return Accepted(card=self.card)

    async def reach(self, platform: Platform, sender: str, *, reachable: bool) -> None:
        self._knock()
        self.reached.append((sender, reachable))

    @property
    def texts(self) -> list[str]:
        return [inbound.text for inbound in self.got]

    def _knock(self) -> None:
        self.calls += 1
        if self.away:
            self.away -= 1
            raise StoreUnavailable

    def _echo(self, sender: Sender, inbound: Inbound) -> None:
        for part in sender.parts(f"you said **{inbound.text}**", markdown=True):
            sender.send(inbound.address, part, choices=self.choices)


def webhook_app(intake: RecordingIntake) -> Starlette:
    """Return the web process, reduced to Telegram's webhook."""
    webhook = TelegramWebhook(intake, secret=SECRET, greeted=GreetedGroups(secret=SECRET))
    return Starlette(routes=[Route(PATH, webhook.post, methods=["POST"])])


@contextlib.contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an app on a free port in a thread; yields its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="error", lifespan="off", access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def polling(intake: RecordingIntake, *, token: str, api_url: str) -> Iterator[threading.Thread]:
    """Poll in a thread until the block ends; what poll raises comes out of the block."""
    loop = LoopThread()
    stop = asyncio.Event()
    failed: list[BaseException] = []

    async def until_stopped() -> None:
        bot = telegram_bot(token, api_url=api_url)
        try:
            await poll(bot, intake, stop, greeted=GreetedGroups(secret=SECRET))
        except Exception as error:  # noqa: BLE001 -- carried over to the test's thread
            failed.append(error)
        finally:
            await bot.session.close()

    async def stop_now() -> None:
        stop.set()

    thread = threading.Thread(target=lambda: loop.run(until_stopped(), timeout=60))
    thread.start()
    try:
        yield thread
    finally:
        loop.run(stop_now(), timeout=5)
        thread.join(10)
        loop.close()
    if failed:
        raise failed[0]


@contextlib.contextmanager
def telegram_sender_to(
    api_url: str,
    *,
    token: str,
    redis_url: str | None = None,
    rates: Rates | None = None,
    patience: float = 10,
) -> Iterator[TelegramSender]:
    """A sender whose limits are out of the way, unless told."""
    loop = LoopThread()
    limiter = SendLimiter(
        redis_url=redis_url,
        secret=token,
        rates=rates or Rates(total=1000, chat=1000),
        patience=patience,
    )
    sender = TelegramSender(token, api_url=api_url, limiter=limiter, loop=loop)
    try:
        yield sender
    finally:
        sender.close()
        loop.close()
