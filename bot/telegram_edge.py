"""Telegram's door into this process: the webhook, its registration, or long polling."""

from __future__ import annotations

import asyncio
import signal

import structlog
from redis.asyncio import Redis
from starlette.routing import Route

from bot.intake import WebIntake
from bot.staff.edge import StaffEdge
from bot.telegram.client import telegram_bot
from bot.telegram.greeted import GreetedGroups
from bot.telegram.poll import poll
from bot.telegram.register import publish_commands, register
from bot.telegram.webhook import PATH, TelegramWebhook
from companion.language import Language
from infra.logs import configure_logs
from infra.services import Parts, Role, build
from infra.settings import Settings, SettingsError
from infra.spool import Spool
from infra.tally import Tally

log = structlog.get_logger(__name__)


class TelegramEdge:
    """What Telegram needs of a process. Raises SettingsError without token or secret."""

    def __init__(self, parts: Parts, intake: WebIntake) -> None:
        settings = parts.settings
        if settings.telegram_token is None or settings.telegram_secret is None:
            raise SettingsError("Telegram needs NUANYU_TELEGRAM_TOKEN and NUANYU_TELEGRAM_SECRET")
        self._settings = settings
        self._secret = settings.telegram_secret.get_secret_value()
        self._intake = intake
        self._redis = Redis.from_url(parts.redis_url, socket_timeout=1.0)
        self._greeted = GreetedGroups(secret=self._secret, redis=self._redis)
        self._languages = sorted(
            Language, key=lambda language: language is not parts.campus.language
        )
        self.bot = telegram_bot(
            settings.telegram_token.get_secret_value(), api_url=str(settings.telegram_api_url)
        )

    @property
    def routes(self) -> list[Route]:
        """The webhook's route."""
        webhook = TelegramWebhook(self._intake, secret=self._secret, greeted=self._greeted)
        return [Route(PATH, webhook.post, methods=["POST"])]

    async def register(self) -> None:
        """Tell Telegram our address and the menu; without an address, `nuanyu poll` fetches."""
        if self._settings.public_url is None:
            log.info("telegram_waits_for_poll")
            return
        await register(
            self.bot,
            public_url=str(self._settings.public_url),
            secret=self._secret,
            languages=self._languages,
        )

    async def poll(self, stop: asyncio.Event) -> None:
        """Fetch updates until told to stop. Raises BadInput when the token is unknown."""
        menu = asyncio.create_task(publish_commands(self.bot, self._languages))
        try:
            await poll(self.bot, self._intake, stop, greeted=self._greeted)
        finally:
            menu.cancel()
            await asyncio.gather(menu, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections."""
        await self.bot.session.close()
        await self._redis.aclose()


def poll_forever(settings: Settings) -> int:
    """Run `nuanyu poll` until SIGTERM or SIGINT. Raises BadInput when the token is unknown."""
    configure_logs(settings.log_level, process="poll")
    parts = build(settings, role=Role(sends=True, is_urgent=True, answers=True))
    try:
        asyncio.run(_poll(parts))
    finally:
        parts.store.engine.dispose()
    return 0


async def _poll(parts: Parts) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    spool = Spool(parts.settings.data_dir / "spool", parts.store.sealers.ring)
    intake = WebIntake(parts.services, spool=spool, tally=Tally(parts.redis_url))
    edges: list[TelegramEdge | StaffEdge] = []
    if parts.settings.staff_telegram_token is not None:
        edges.append(StaffEdge(parts))
    if parts.settings.telegram_token is not None or not edges:
        edges.append(TelegramEdge(parts, intake))
    try:
        await asyncio.gather(*(edge.poll(stop) for edge in edges))
    finally:
        for edge in edges:
            await edge.close()
