"""Settings that belong together: what is missing when only a part of them is there."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from email.utils import parseaddr
from typing import TYPE_CHECKING

from companion.staff.addresses import is_email, is_safe_address

if TYPE_CHECKING:
    from infra.settings import Settings

_WORD = re.compile(r"[A-Za-z0-9_-]{16,256}")
_SHORTEST_SECRET = 24  # bytes, as the standard for signed webhooks asks
_HERE = frozenset({"127.0.0.1", "::1"})


def student_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the ways to students."""
    secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else ""
    if settings.telegram_token and not secret:
        yield (
            "NUANYU_TELEGRAM_TOKEN is set but NUANYU_TELEGRAM_SECRET is not: "
            "set it to 16-256 letters, digits, _ or - (any long random word)"
        )
    if secret and not _WORD.fullmatch(secret):
        yield "NUANYU_TELEGRAM_SECRET must be 16-256 letters, digits, _ or - (Telegram's rule)"


def staff_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the ways to staff, and with the way staff sign in."""
    if bool(settings.staff_telegram_token) != bool(settings.staff_telegram_chat):
        yield (
            "NUANYU_STAFF_TELEGRAM_TOKEN and NUANYU_STAFF_TELEGRAM_CHAT go together: "
            "set both, or neither"
        )
    yield from _wecom_problems(settings)
    yield from _mail_problems(settings)
    yield from _webhook_problems(settings)
    yield from _sign_in_problems(settings)


def _wecom_problems(settings: Settings) -> Iterator[str]:
    given = (settings.wecom_corp_id, settings.wecom_agent_id, settings.wecom_secret)
    if any(given) and not all(given):
        yield (
            "NUANYU_WECOM_CORP_ID, NUANYU_WECOM_AGENT_ID and NUANYU_WECOM_SECRET go together: "
            "set all three, or none"
        )
    if not is_safe_address(str(settings.wecom_api_url)):
        yield "NUANYU_WECOM_API_URL must begin with https:// (http only to 127.0.0.1)"


def _mail_problems(settings: Settings) -> Iterator[str]:
    if bool(settings.smtp_host) != bool(settings.smtp_from):
        yield "NUANYU_SMTP_HOST and NUANYU_SMTP_FROM go together: set both, or neither"
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        yield "NUANYU_SMTP_USER and NUANYU_SMTP_PASSWORD go together: set both, or neither"
    if settings.smtp_user and not settings.smtp_host:
        yield "NUANYU_SMTP_USER is set but NUANYU_SMTP_HOST is not: set it to the mail server"
    if settings.smtp_from and not is_email(parseaddr(settings.smtp_from)[1]):
        yield "NUANYU_SMTP_FROM must be an address such as Nuanyu <nuanyu@example.edu>"
    if settings.smtp_host and settings.smtp_tls == "none" and settings.smtp_host not in _HERE:
        yield "NUANYU_SMTP_TLS may be none only for NUANYU_SMTP_HOST=127.0.0.1: use starttls or tls"
    if settings.staff_email and not settings.smtp_host:
        yield "NUANYU_STAFF_EMAIL is set but NUANYU_SMTP_HOST is not: set it to the mail server"
    if settings.staff_email and not is_email(settings.staff_email):
        yield "NUANYU_STAFF_EMAIL must be one address such as duty@example.edu"


def _webhook_problems(settings: Settings) -> Iterator[str]:
    url = settings.staff_webhook_url.get_secret_value() if settings.staff_webhook_url else ""
    secret = settings.staff_webhook_secret
    if url and secret is None:
        yield (
            "NUANYU_STAFF_WEBHOOK_URL is set but NUANYU_STAFF_WEBHOOK_SECRET is not: "
            "set it to a long random word, the receiver checks signatures with it"
        )
    if url and not is_safe_address(url):
        yield "NUANYU_STAFF_WEBHOOK_URL must begin with https:// (http only to 127.0.0.1)"
    if secret is not None and _key(secret.get_secret_value()) is None:
        yield "NUANYU_STAFF_WEBHOOK_SECRET begins with whsec_, so base64 must follow"


def _sign_in_problems(settings: Settings) -> Iterator[str]:
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(given) and not all(given):
        yield (
            "NUANYU_OIDC_ISSUER, NUANYU_OIDC_CLIENT_ID and NUANYU_OIDC_CLIENT_SECRET go "
            "together: set all three, or none"
        )
    if settings.oidc_issuer and not is_safe_address(str(settings.oidc_issuer)):
        yield "NUANYU_OIDC_ISSUER must begin with https:// (http only to 127.0.0.1)"


def is_short_secret(secret: str) -> bool:
    """Whether a webhook's secret is too short to keep a guesser out."""
    return len(_key(secret) or b"") < _SHORTEST_SECRET


def _key(secret: str) -> bytes | None:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return None
