"""Do the Telegram bots work? The students' and the staff's: token, group, webhook."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from cli.findings import Check, Finding, Health
from infra.settings import Settings

_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class _Bot:
    """One bot as its own methods see it."""

    #: Where its methods are; holds the token.
    base: str = field(repr=False)

    def ask(self, method: str, **params: str) -> httpx.Response:
        return httpx.get(f"{self.base}/{method}", params=params, timeout=_TIMEOUT)

    def told(self, method: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.ask(method).json().get("result", {})
        return found


def _telegram(settings: Settings) -> Iterator[Finding]:
    if settings.telegram_token is None:
        yield Finding("telegram", Health.HINT, "off (set NUANYU_TELEGRAM_TOKEN to turn it on)")
        return
    bot = _bot(settings, settings.telegram_token.get_secret_value())
    if not (yield from _knows_token(bot, "telegram", "NUANYU_TELEGRAM_TOKEN")):
        return
    yield from _webhook(bot, settings, what="webhook", path="/telegram/webhook")


def _staff_telegram(settings: Settings) -> Iterator[Finding]:
    if settings.staff_telegram_token is None or settings.staff_telegram_chat is None:
        detail = "off (set NUANYU_STAFF_TELEGRAM_TOKEN and NUANYU_STAFF_TELEGRAM_CHAT)"
        yield Finding("staff bot", Health.HINT, detail)
        return
    bot = _bot(settings, settings.staff_telegram_token.get_secret_value())
    if not (yield from _knows_token(bot, "staff bot", "NUANYU_STAFF_TELEGRAM_TOKEN")):
        return
    answer = bot.ask("getChat", chat_id=settings.staff_telegram_chat)
    if answer.is_success:
        yield Finding("staff group", Health.WELL, "the staff bot can read it")
    else:
        detail = (
            f"getChat says {answer.status_code}: check NUANYU_STAFF_TELEGRAM_CHAT, and add the "
            "staff bot to the group"
        )
        yield Finding("staff group", Health.ILL, detail)
    yield from _webhook(bot, settings, what="staff webhook", path="/telegram/staff")


def _knows_token(bot: _Bot, what: str, setting: str) -> Generator[Finding, None, bool]:
    """Yield whether the token is known, and return it as well."""
    answer = bot.ask("getMe")
    if answer.is_success:
        yield Finding(what, Health.WELL, "the token is known")
    else:
        yield Finding(what, Health.ILL, f"getMe says {answer.status_code}: check {setting}")
    return answer.is_success


def _webhook(bot: _Bot, settings: Settings, *, what: str, path: str) -> Iterator[Finding]:
    if settings.public_url is None:
        yield Finding(what, Health.HINT, "no NUANYU_PUBLIC_URL: `nuanyu poll` fetches")
        return
    info = bot.told("getWebhookInfo")
    expected = f"{settings.public_url!s}".rstrip("/") + path
    if info.get("url") != expected:
        yield Finding(what, Health.ILL, f"not set to {expected}: start `nuanyu web`")
    else:
        waiting = info.get("pending_update_count", 0)
        health = Health.HINT if info.get("last_error_message") else Health.WELL
        yield Finding(what, health, f"set; {waiting} updates wait")


def _bot(settings: Settings, token: str) -> _Bot:
    return _Bot(f"{settings.telegram_api_url!s}".rstrip("/") + f"/bot{token}")


TELEGRAM_CHECKS: tuple[Check, ...] = (_telegram, _staff_telegram)
