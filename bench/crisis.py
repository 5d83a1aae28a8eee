"""From a text at risk in to the card out, and to the page out: idle, and with the queue full."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
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
#: More than have to wait: some are answered between two looks.
_SPARE = 150
#: A slow model, just within the time it is given (seconds).
_FIRST_TOKEN = 18.0
_ALARM = "我不想活了，今晚就想结束这一切"
_SMALL_TALK = "今天有点累"
_SECRET = "a-made-up-secret-of-enough-letters"  # noqa: S105 - made up
_WAIT = 120.0  # seconds
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
            NUANYU_STAFF_WEBHOOK_URL=pages.url,
            NUANYU_STAFF_WEBHOOK_SECRET=_SECRET,
        )
        try:
            campus = _Campus(bot, pages, system.url)
            campus.alarms(range(5))  # warm
            idle = campus.alarms(range(100, 100 + ALARMS))
            with campus.crowded() as counts:
                full = campus.alarms(range(300, 300 + ALARMS))
            waiting = min(counts)
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

    @contextmanager
    def crowded(self) -> Iterator[list[int]]:
        """Keep so many replies waiting all the while; the list tells how many did, each second."""
        counts: list[int] = []
        stop = threading.Event()
        crowd = threading.Thread(target=self._keep_crowded, args=(counts, stop), daemon=True)
        crowd.start()
        try:
            _until(lambda: counts and counts[-1] >= WAITING, "a full queue")
            time.sleep(_SETTLE)
            counts.clear()
            yield counts
        finally:
            stop.set()
            crowd.join()

    def _keep_crowded(self, counts: list[int], stop: threading.Event) -> None:
        students = iter(range(1_000, 1_000_000))
        with ThreadPoolExecutor(16) as pool:
            while not stop.is_set():
                counts.append(_replies_owed(self.url))
                # Some more than needed: while the last ones are counted, others are answered.
                for student in islice(students, max(0, WAITING + _SPARE - counts[-1])):
                    self.bot.user(chat_of(student))
                    pool.submit(post, self.url, next(self.updates), student, _SMALL_TALK)
                stop.wait(1)


def _replies_owed(url: str) -> int:
    """Return how many replies are owed, from the system's own gauge."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:  # noqa: S310 - our own
        for line in answer.read().decode().splitlines():
            if line.startswith('nuanyu_owed{what="replies_owed"}'):
                return int(float(line.split()[1]))
    return 0


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
