"""A page to one person, from the campus's own WeCom application (企业微信自建应用)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx

from companion.ports import PageText, Refused, RetryLater, Uncertain
from companion.staff.addresses import is_wecom_member
from infra.pagers.post import SOON, Poster
from infra.pagers.wecom import NEXT_MINUTE, shortened
from infra.pagers.wecom_token import WecomTokens
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.settings import Settings

#: WeCom's limits for a card, in bytes of UTF-8.
TITLE_LIMIT: Final = 128
DESCRIPTION_LIMIT: Final = 512
#: Beyond 30 messages a minute, or 1,000 an hour, to one member WeCom drops them without a word.
RATES: Final = Rates(total=20, chat=0.25)
#: A page that would wait longer for its turn goes back, so that another way may be tried (seconds).
PATIENCE: Final = 4.0

_HALF_A_TAG: Final = re.compile(r"<b?r?$")
_BUSY: Final = -1
_TOO_FAST: Final = frozenset({45009, 45033})
#: The token is not, or no longer, one of WeCom's.
_STALE: Final = frozenset({40014, 42001})
#: Nobody of this name, or nobody who may see the application.
_NOBODY: Final = frozenset({40003, 60111, 81013, 82001})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Said:
    """What WeCom answered."""

    code: int
    #: Members it did not write to, although all else was well.
    left_out: str = field(repr=False)


class WecomAppChannel:
    """Writes to single members; implements companion.ports.Channel."""

    def __init__(
        self,
        poster: Poster,
        tokens: WecomTokens,
        *,
        api_url: str,
        agent_id: int,
        limiter: SendLimiter,
    ) -> None:
        self._poster = poster
        self._tokens = tokens
        self._api = httpx.URL(api_url)
        self._agent_id = agent_id
        self._limiter = limiter

    def page(self, address: str, text: PageText) -> None:
        """Write one page to the member with this UserID, as a card that leads to the desk.

        Raises RetryLater, Refused or Uncertain.
        """
        if not is_wecom_member(address):  # "a|b" would write to two, "@all" to everybody
            raise Refused("bad_user", unreachable=True)
        self._limiter.wait(address)
        body = json.dumps(
            {"touser": address, "agentid": self._agent_id, **_message(text)}, ensure_ascii=False
        ).encode()
        said = self._with_token(lambda token: self._send(body, token), is_stale=_is_stale)
        _raise_meaning(said)

    def check(self) -> None:
        """Ask WeCom for a token and for our application; writes to nobody.

        Raises RetryLater, Refused or Uncertain.
        """
        said = self._with_token(self._ask_for_agent, is_stale=_is_stale)
        _raise_meaning(said)

    def _with_token(self, call: Callable[[str], T], *, is_stale: Callable[[T], bool]) -> T:
        """Call with the kept token, and once more with a fresh one if that was too old."""
        token = self._tokens.get()
        answer = call(token)
        if is_stale(answer):
            self._tokens.forget(token)
            answer = call(self._tokens.get())
        return answer

    def _send(self, body: bytes, token: str) -> _Said:
        answer = self._poster.post(
            self._url("/cgi-bin/message/send", access_token=token),
            body=body,
            headers={"content-type": "application/json; charset=utf-8"},
        )
        return _read(answer.body)

    def _ask_for_agent(self, token: str) -> _Said:
        asked = self._url("/cgi-bin/agent/get", access_token=token, agentid=str(self._agent_id))
        return _read(self._poster.get(asked).body)

    def _url(self, path: str, **query: str) -> str:
        return str(self._api.copy_with(path=path, params=query))


def wecom_app_channel(
    settings: Settings, *, redis_url: str | None, loop: LoopThread
) -> WecomAppChannel:
    """Return the channel; needs `wecom_corp_id`, `wecom_agent_id` and `wecom_secret`."""
    secret = settings.wecom_secret.get_secret_value() if settings.wecom_secret else ""
    poster, api_url = Poster(loop), str(settings.wecom_api_url)
    return WecomAppChannel(
        poster,
        WecomTokens(poster, api_url=api_url, corp_id=settings.wecom_corp_id or "", secret=secret),
        api_url=api_url,
        agent_id=settings.wecom_agent_id or 0,
        limiter=SendLimiter(
            redis_url=redis_url, secret=secret, rates=RATES, lane="pages", patience=PATIENCE
        ),
    )


def _message(text: PageText) -> dict[str, Any]:
    """Return a card; without a link, which a card must have, a text."""
    if text.url is None:
        return {"msgtype": "text", "text": {"content": shortened(text)}}
    card = {
        "title": _cut(text.subject, TITLE_LIMIT),
        "description": _description(text.body),
        "url": text.url,
    }
    return {"msgtype": "textcard", "textcard": card}


def _description(body: str) -> str:
    """Return the words of a card, which breaks its lines at tags only."""
    return _HALF_A_TAG.sub("", _cut(body.replace("\n", "<br>"), DESCRIPTION_LIMIT))


def _cut(words: str, limit: int) -> str:
    return words.encode()[:limit].decode(errors="ignore")


def _read(body: bytes) -> _Said:
    try:
        said: Any = json.loads(body)
        left_out = f"{said.get('invaliduser') or ''}{said.get('unlicenseduser') or ''}"
        return _Said(int(said["errcode"]), left_out)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Uncertain("the answer could not be read") from None


def _is_stale(said: _Said) -> bool:
    return said.code in _STALE


def _raise_meaning(said: _Said) -> None:
    if said.code == _BUSY:
        raise RetryLater(SOON)
    if said.code in _TOO_FAST:
        raise RetryLater(NEXT_MINUTE)
    if said.code:
        raise Refused(f"wecom_{said.code}", unreachable=said.code in _NOBODY)
    if said.left_out:
        raise Refused("wecom_not_a_member", unreachable=True)
