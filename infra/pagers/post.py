"""One HTTP call to somebody else's address, with a deadline for the whole of it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Final

import httpx

from companion.errors import NuanyuError
from companion.ports import Refused, RetryLater, Uncertain
from infra.senders.loop import LoopThread

SOON: Final = timedelta(seconds=2)
#: No page waits longer for a server that asks for patience.
LONGEST_WAIT: Final = timedelta(minutes=5)
#: For the whole call, from the name's lookup to the answer's last byte (seconds).
DEADLINE: Final = 10.0
#: What is read of an answer (bytes); nothing useful is longer.
LONGEST_ANSWER: Final = 16_384

_HERE: Final = frozenset({"127.0.0.1", "::1"})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
#: The line was not even open: nothing was written.
_NOT_WRITTEN: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: an HTTP status of success and the first bytes of its body."""

    status: int
    body: bytes = field(repr=False)


class Poster:
    """Makes small calls; blocking, safe to share between threads."""

    def __init__(self, loop: LoopThread, *, deadline: float = DEADLINE) -> None:
        self._loop = loop
        self._deadline = deadline

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post to an https address (http only on this machine); follows no redirect.

        Raises RetryLater (nothing was taken, or 429 or 5xx), Refused, Uncertain.
        """
        return self._call("POST", url, body=body, headers=headers)

    def get(self, url: str) -> Answer:
        """Ask for something; the address may hold a secret. As `post` in all else."""
        return self._call("GET", url, body=b"", headers={})

    def _call(self, method: str, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        refuse_unsafe(url)
        try:
            call = _ask(method, url, body=body, headers=headers)
            return self._loop.run(call, timeout=self._deadline)
        except httpx.HTTPError as error:
            # `from None`: the library's errors hold the request, and with it address and body.
            raise _meaning_of_silence(error) from None
        except httpx.InvalidURL:
            raise Refused("bad_address", unreachable=True) from None
        except TimeoutError:
            raise Uncertain("the call took too long") from None


def refuse_unsafe(url: str) -> None:
    """Raise Refused for an address that is not https, or holds a name and password."""
    try:
        asked = httpx.URL(url)
    except httpx.InvalidURL:
        raise Refused("bad_address", unreachable=True) from None
    if asked.userinfo or not asked.host:
        raise Refused("bad_address", unreachable=True)
    if asked.scheme != "https" and not (asked.scheme == "http" and asked.host in _HERE):
        raise Refused("not_https", unreachable=True)


async def _ask(method: str, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    async with (
        httpx.AsyncClient(
            timeout=DEADLINE, follow_redirects=False, trust_env=False, verify=_trust()
        ) as client,
        client.stream(method, url, content=body, headers=dict(headers)) as answer,
    ):
        meaning = _meaning_of_status(answer)
        if meaning is not None:
            raise meaning
        return Answer(answer.status_code, await _beginning(answer))


async def _beginning(answer: httpx.Response) -> bytes:
    read = b""
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) >= LONGEST_ANSWER:
            break
    return read[:LONGEST_ANSWER]


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _meaning_of_silence(error: httpx.HTTPError) -> NuanyuError:
    if _is_distrust(error):
        return Refused("bad_certificate", unreachable=False)
    if isinstance(error, _NOT_WRITTEN):
        return RetryLater(SOON)
    if isinstance(error, httpx.UnsupportedProtocol):
        return Refused("bad_address", unreachable=True)
    return Uncertain("the line broke after the request was sent")


def _is_distrust(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _meaning_of_status(answer: httpx.Response) -> NuanyuError | None:
    status = answer.status_code
    if answer.is_success:
        return None
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RetryLater(_told(answer))
    # A redirect is none of our business either: a page goes where it was told to go.
    return Refused(f"http_{status}", unreachable=status in _GONE)


def _told(answer: httpx.Response) -> timedelta:
    seconds = answer.headers.get("retry-after", "")
    if not (seconds.isascii() and seconds.isdigit()):
        return SOON
    return min(max(SOON, timedelta(seconds=int(seconds[:6]))), LONGEST_WAIT)
