"""A page as signed JSON, for whatever a campus runs itself: a pager, a telephone robot, a log.

Signed as https://www.standardwebhooks.com describes, so that receivers find a library for it:
`webhook-signature` is HMAC-SHA256 over `id.timestamp.body`. A receiver refuses an old timestamp and
an id it has seen: then nobody can play a page again, and one that was tried twice counts once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from companion.ports import PageText
from infra.pagers.post import Poster
from infra.senders.loop import LoopThread
from infra.settings import Settings

#: How the standard writes a secret: this, then base64. Any other secret is taken as it is.
_PREFIX: Final = "whsec_"


class WebhookChannel:
    """Posts pages; implements companion.ports.Channel."""

    def __init__(
        self, poster: Poster, *, secret: str, seconds: Callable[[], float] = time.time
    ) -> None:
        """Sign with `secret`; `seconds` tells the time since 1970."""
        self._poster = poster
        self._key = _key(secret)
        self._seconds = seconds

    def page(self, address: str, text: PageText) -> None:
        """Post one page to an https address.

        Raises RetryLater, Refused or Uncertain.
        """
        body = json.dumps(_fields(text), ensure_ascii=False).encode()
        webhook_id, timestamp = f"page_{(text.once or uuid4()).hex}", int(self._seconds())
        self._poster.post(
            address,
            body=body,
            headers={
                "content-type": "application/json; charset=utf-8",
                "user-agent": "nuanyu",
                "webhook-id": webhook_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signature(
                    self._key, webhook_id=webhook_id, timestamp=timestamp, body=body
                ),
            },
        )


def signature(key: bytes, *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`; `timestamp` is in seconds since 1970."""
    signed = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def webhook_channel(settings: Settings, *, loop: LoopThread) -> WebhookChannel:
    """Return the channel; needs `staff_webhook_secret`."""
    secret = settings.staff_webhook_secret
    return WebhookChannel(Poster(loop), secret=secret.get_secret_value() if secret else "")


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        return base64.b64decode(secret.removeprefix(_PREFIX))
    return secret.encode()


def _fields(text: PageText) -> dict[str, object]:
    return {
        "type": "page",
        "subject": text.subject,
        "body": text.body,
        "url": text.url,
    }
