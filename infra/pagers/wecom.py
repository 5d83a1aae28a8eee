"""A page through the robot of a WeCom group (企业微信群机器人); its key is the address."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final

import httpx

from companion.errors import NuanyuError
from companion.ports import PageText, Refused, RetryLater, Uncertain
from infra.pagers.post import SOON, Poster
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.settings import Settings

#: WeCom's limit for a text, in bytes of UTF-8.
TEXT_LIMIT: Final = 2048
#: A robot may write 20 messages a minute (WeCom); a little below it.
RATES: Final = Rates(total=20, chat=0.3)
#: A page that would wait longer for its turn goes back, so that another way may be tried (seconds).
PATIENCE: Final = 4.0
#: How long to wait when it was too fast after all: WeCom counts by the minute.
NEXT_MINUTE: Final = timedelta(minutes=1)

#: Under which the limits of all robots are counted; the keys themselves are hashed there.
_NAME: Final = "wecom"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")
_TOO_FAST: Final = 45009
_BUSY: Final = -1
_NO_SUCH_ROBOT: Final = 93000


class WecomChannel:
    """Writes pages into groups; implements companion.ports.Channel."""

    def __init__(self, poster: Poster, *, robot_url: str, limiter: SendLimiter) -> None:
        self._poster = poster
        self._robot_url = robot_url
        self._limiter = limiter

    def page(self, address: str, text: PageText) -> None:
        """Write one page into the group whose robot has this key, and call everybody in it.

        Raises RetryLater, Refused or Uncertain.
        """
        if not _KEY.fullmatch(address):
            raise Refused("bad_key", unreachable=True)
        # A text, not markdown: only a text rings for everybody, and opens in WeChat as well.
        message = {
            "msgtype": "text",
            "text": {"content": shortened(text), "mentioned_list": ["@all"]},
        }
        self._limiter.wait(address)
        answer = self._poster.post(
            str(httpx.URL(self._robot_url).copy_set_param("key", address)),
            body=json.dumps(message, ensure_ascii=False).encode(),
            headers={"content-type": "application/json; charset=utf-8"},
        )
        meaning = _meaning_of(answer.body)
        if meaning is not None:
            raise meaning


def shortened(text: PageText, *, limit: int = TEXT_LIMIT) -> str:
    """Return body and link in at most `limit` bytes of UTF-8; the link is never cut."""
    link = f"\n{text.url}" if text.url else ""
    room = limit - len(link.encode())
    return text.body.encode()[:room].decode(errors="ignore") + link


def wecom_channel(settings: Settings, *, redis_url: str | None, loop: LoopThread) -> WecomChannel:
    """Return the channel; every robot has limits of its own, shared between processes."""
    return WecomChannel(
        Poster(loop),
        robot_url=str(settings.wecom_robot_url),
        limiter=SendLimiter(
            redis_url=redis_url, secret=_NAME, rates=RATES, lane="pages", patience=PATIENCE
        ),
    )


def _meaning_of(body: bytes) -> NuanyuError | None:
    try:
        said: Any = json.loads(body)
        code = int(said["errcode"])
    except (ValueError, TypeError, KeyError):
        return Uncertain("the answer could not be read")
    match code:
        case 0:
            return None
        case _ if code == _TOO_FAST:
            return RetryLater(NEXT_MINUTE)
        case _ if code == _BUSY:
            return RetryLater(SOON)
        case _:
            return Refused(f"wecom_{code}", unreachable=code == _NO_SUCH_ROBOT)
