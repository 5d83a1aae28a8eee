"""From a text at risk in to the card out, and to the page out: idle, and with the queue full."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Self

from bench.load import p99
from bench.system import post, start
from bench.table import Figure, milliseconds
from bench.updates import TOKEN, chat_of
from tests.fakes.botapi import FakeBot, FakeBotApi
from tests.fakes.model_server import ModelServer

#: Texts at risk in each round, one after another, each by a student of their own.
ALARMS = 100
#: Replies that wait for the model all the while.
WAITING = 500
#: Replies that the conversation worker's threads hold meanwhile.
_BEING_WRITTEN = 120
#: So slow a model, and so patient a client, that nobody is answered during a round (seconds).
_FIRST_TOKEN = 900.0
_ALARM = "我不想活了，今晚就想结束这一切"
_SMALL_TALK = "今天有点累"
_SECRET = "a-made-up-secret-of-enough-letters"  # noqa: S105 - made up
_WAIT = 300.0  # seconds
_SETTLE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class _Round:
    """Seconds from POST to the card at Telegram, and to the page at the staff's own server."""

    cards: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def measure(folder: Path) -> Iterator[Figure]:
    """Yield card and page latency, idle and saturated, and how much the load adds."""
    with FakeBotApi() as api, ModelServer(first_delay=_FIRST_TOKEN) as model, _Pages() as pages:
        model.keeps_records = False
        bot = api.bot(TOKEN)
        system = start(
            folder / "crisis",
            api.url,
            model.url,
            NUANYU_LLM_FIRST_TOKEN_TIMEOUT=str(_FIRST_TOKEN),
            NUANYU_LLM_TIMEOUT=str(_FIRST_TOKEN),
            NUANYU_CONVERSATION_THREADS=str(_BEING_WRITTEN),
            NUANYU_STAFF_WEBHOOK_URL=pages.url,
            NUANYU_STAFF_WEBHOOK_SECRET=_SECRET,
        )
        try:
            campus = _Campus(bot, pages, system.url)
            campus.alarms(range(5))  # warm
            idle = campus.alarms(range(100, 100 + ALARMS))
            campus.crowd()
            full = campus.alarms(range(300, 300 + ALARMS))
            waiting = _owed(system.url, "replies_owed") - _BEING_WRITTEN
        finally:
            system.signal(signal.SIGTERM)
            system.end()
            system.clean_up()
    yield from _figures("card", idle.cards, full.cards, waiting)
    yield from _figures("page", idle.pages, full.pages, waiting)


def _figures(what: str, idle: list[float], full: list[float], waiting: int) -> Iterator[Figure]:
    for name, of in (("median", median), ("p99", p99)):
        yield Figure(
            f"text at risk in, {what} out, {waiting} replies waiting, {name}",
            milliseconds(of(full)),
            f"idle {milliseconds(of(idle))}",
            of(full) / of(idle),
        )


@dataclass(frozen=True, slots=True)
class _Campus:
    """The running system from outside: its Telegram, its staff, its address."""

    bot: FakeBot
    pages: _Pages
    url: str
    updates: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000_000)))

    def alarms(self, students: range) -> _Round:
        """Let each write one text at risk, the next when card and page of the last are out."""
        found = _Round()
        for student in students:
            chat, seen = chat_of(student), set(self.pages.came)
            self.bot.user(chat)
            begin = time.monotonic()
            post(self.url, next(self.updates), student, _ALARM)
            _until(lambda chat=chat: self.bot.sent_to(chat), "a card")
            _until(lambda seen=seen: self.pages.came.keys() - seen, "a page")
            sent = self.bot.calls_of("sendMessage")
            card = next(call for call in sent if int(call.params["chat_id"]) == chat)
            [page] = self.pages.came.keys() - seen
            found.cards.append(card.at - begin)
            found.pages.append(self.pages.came[page] - begin)
        return found

    def crowd(self) -> None:
        """Let students write until so many replies wait and nothing else is left to do."""
        writers = range(1_000, 1_000 + WAITING + _BEING_WRITTEN)
        for student in writers:
            self.bot.user(chat_of(student))
        with ThreadPoolExecutor(8) as pool:
            for student in writers:
                pool.submit(post, self.url, next(self.updates), student, _SMALL_TALK)
        _until(lambda: _owed(self.url, "messages_unscreened") == 0, "the screening")
        _until(lambda: _owed(self.url, "replies_owed") == len(writers), "a full queue")
        # What everybody is told at first has left before anything is measured.
        _until(lambda: all(self.bot.sent_to(chat_of(one)) for one in writers), "first words")
        time.sleep(_SETTLE)


def _owed(url: str, what: str) -> int:
    """Return how much of something is owed, from the system's own gauge."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:  # noqa: S310 - our own
        for line in answer.read().decode().splitlines():
            if line.startswith(f'nuanyu_owed{{what="{what}"}}'):
                return int(float(line.split()[1]))
    raise RuntimeError(f"no gauge for {what}")


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} is missing")
        time.sleep(0.002)


class _Pages:
    """The staff's own server: it notes when the page of each case came first."""

    def __init__(self) -> None:
        #: When each case was heard of, by the subject of its page.
        self.came: dict[str, float] = {}
        came = self.came

        class Handler(BaseHTTPRequestHandler):
            """Takes every page."""

            def do_POST(self) -> None:
                """Note it and answer 200."""
                at = time.monotonic()
                body = self.rfile.read(int(self.headers["content-length"]))
                came.setdefault(str(json.loads(body)["subject"]), at)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        """Serve."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
