"""The staff bot in a process: its webhook and registration, or long polling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from redis.asyncio import Redis
from starlette.routing import Route
from telegram import BotCommand, Update
from telegram.error import Conflict, TelegramError

from bot.staff.bot import StaffBot
from bot.staff.chat import staff_client
from bot.staff.handled import Handled
from bot.staff.webhook import PATH, StaffWebhook, secret_of
from bot.staff.words import commands
from companion.errors import StoreUnavailable
from companion.language import Language
from companion.ports import Refused
from infra.senders.telegram_errors import meaning_of
from infra.services import Parts
from infra.settings import SettingsError

log = structlog.get_logger(__name__)

ALLOWED_UPDATES: Final = ["message", "edited_message", "callback_query"]
LONG_POLL: Final = 30  # seconds Telegram holds an empty answer back
_SLACK: Final = 10  # seconds more until the line counts as broken
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 30.0  # seconds


class StaffEdge:
    """What the staff bot needs of a process. Raises SettingsError without its token."""

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        if settings.staff_telegram_token is None:
            raise SettingsError("the staff bot needs NUANYU_STAFF_TELEGRAM_TOKEN")
        token = settings.staff_telegram_token.get_secret_value()
        self._secret = secret_of(token)
        self._public_url = str(settings.public_url) if settings.public_url else None
        self._language = parts.campus.language
        self._redis = Redis.from_url(parts.redis_url, socket_timeout=1.0)
        self._client, self._lines = staff_client(token, api_url=str(settings.telegram_api_url))
        self.bot = StaffBot(
            self._client,
            parts.services,
            group=settings.staff_telegram_chat,
            handled=Handled(self._redis),
        )

    @property
    def routes(self) -> list[Route]:
        """The webhook's route."""
        webhook = StaffWebhook(self.bot, secret=self._secret)
        return [Route(PATH, webhook.post, methods=["POST"])]

    async def register(self) -> None:
        """Tell Telegram our address and the menu; without an address, `nuanyu poll` fetches."""
        if self._public_url is None:
            log.info("staff_bot_waits_for_poll")
            return
        url = self._public_url.rstrip("/") + PATH

        async def set_webhook() -> None:
            await self._client.set_webhook(
                url,
                secret_token=self._secret,
                allowed_updates=ALLOWED_UPDATES,
                # One at a time: what a counsellor writes reaches the student in order.
                max_connections=1,
                drop_pending_updates=False,
            )

        if await _until_taken(set_webhook, what="webhook"):
            log.info("staff_webhook_set")
            await self._publish_menu()

    async def poll(self, stop: asyncio.Event) -> None:
        """Fetch updates until told to stop; each is confirmed only after it was handled."""
        fetching = asyncio.create_task(self._fetch_forever())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if fetching.done():
            fetching.result()  # it never ends well
        for task in (fetching, stopping):
            task.cancel()
        # An update in the making is not confirmed: it comes again, and is handled once.
        await asyncio.gather(fetching, stopping, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections."""
        for line in self._lines:
            await line.shutdown()
        await self._redis.aclose()

    async def _fetch_forever(self) -> None:
        await _until_taken(self._client.delete_webhook, what="webhook")
        await self._publish_menu()
        offset: int | None = None
        while True:
            offset = await self._take_in(await self._fetch(offset), offset)

    async def _take_in(self, updates: tuple[Update, ...], offset: int | None) -> int | None:
        for update in updates:
            try:
                await self.bot.handle(update)
            except StoreUnavailable:
                log.warning("staff_update_not_handled")
                await asyncio.sleep(_FIRST_PAUSE)
                return offset  # This update and those behind it are fetched again.
            offset = update.update_id + 1
        return offset

    async def _fetch(self, offset: int | None) -> tuple[Update, ...]:
        try:
            return await self._client.get_updates(
                offset=offset,
                timeout=LONG_POLL,
                allowed_updates=ALLOWED_UPDATES,
                read_timeout=LONG_POLL + _SLACK,
            )
        except Conflict:
            # A traceback would say no more than this line.
            log.error("staff_bot_polled_twice")  # noqa: TRY400
        except TelegramError as error:
            log.warning("staff_bot_away", error=type(meaning_of(error)).__name__)
        await asyncio.sleep(_FIRST_PAUSE)
        return ()

    async def _publish_menu(self) -> None:
        """Publish the menu in each language; the campus's is shown to speakers of all others."""
        codes: list[tuple[str | None, Language]] = [(None, self._language)]
        for code, language in [*codes, *((one.value, one) for one in Language)]:
            menu = [BotCommand(name, what) for name, what in commands(language)]

            async def set_menu(code: str | None = code, menu: list[BotCommand] = menu) -> None:
                await self._client.set_my_commands(menu, language_code=code)

            if not await _until_taken(set_menu, what="commands"):
                return


async def _until_taken(call: Callable[[], Awaitable[object]], *, what: str) -> bool:
    """Repeat a call until Telegram takes it; False, with one clear line, when it never will."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await call()
        except TelegramError as error:
            meaning = meaning_of(error)
            if isinstance(meaning, Refused):
                # A traceback would say no more than this line.
                log.error("staff_bot_refused", what=what, reason=meaning.reason)  # noqa: TRY400
                return False
            log.warning("staff_bot_away", what=what, error=type(meaning).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return True
