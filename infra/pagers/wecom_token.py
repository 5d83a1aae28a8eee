"""The access token of a WeCom application: fetched once, kept until it runs out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from companion.ports import Refused, RetryLater, Uncertain
from infra.pagers.post import SOON, Poster

#: A token is given up this long before it runs out: a page takes a while to arrive (seconds).
SLACK: Final = 120.0
_BUSY: Final = frozenset({-1, 45009, 45033})


@dataclass(frozen=True, slots=True)
class _Token:
    """A token and when it runs out, on the channel's own clock (seconds)."""

    word: str = field(repr=False)
    until: float


class WecomTokens:
    """Keeps one token in this process. Safe to share between threads: one of them fetches."""

    def __init__(
        self,
        poster: Poster,
        *,
        api_url: str,
        corp_id: str,
        secret: str,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._poster = poster
        self._url = str(
            httpx.URL(api_url).copy_with(
                path="/cgi-bin/gettoken", params={"corpid": corp_id, "corpsecret": secret}
            )
        )
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: _Token | None = None

    def get(self) -> str:
        """Return a token that is good for a while.

        Raises RetryLater; Refused with WeCom's number when corp id or secret are wrong.
        """
        with self._lock:
            if self._kept is None or self._kept.until <= self._seconds():
                self._kept = self._fetch()
            return self._kept.word

    def forget(self, word: str) -> None:
        """Drop a token that WeCom took back before its time; another one is left alone."""
        with self._lock:
            if self._kept is not None and self._kept.word == word:
                self._kept = None

    def _fetch(self) -> _Token:
        asked_at = self._seconds()
        try:
            said: Any = json.loads(self._poster.get(self._url).body)
            code = int(said["errcode"])
            if code == 0:
                return _Token(str(said["access_token"]), asked_at + said["expires_in"] - SLACK)
        except (ValueError, TypeError, KeyError, Uncertain):
            raise RetryLater(SOON) from None  # no page was on its way yet
        if code in _BUSY:
            raise RetryLater(SOON)
        raise Refused(f"wecom_{code}", unreachable=False)
