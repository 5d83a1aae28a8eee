"""What Nuanyu adds between a message in and the reply out, over calling the model directly."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psutil

from bench.load import p99
from bench.system import post, start
from bench.table import Figure, milliseconds
from bench.updates import TOKEN, chat_of
from companion.ports import ChatLine, ChatRole
from infra.llm import build_model
from infra.settings import Settings
from tests.fakes.botapi import FakeBot, FakeBotApi
from tests.fakes.model_server import ModelServer
from tests.fakes.running import Running

#: The model's timing, the same for everybody: first token, then tokens a second.
FIRST_TOKEN = 0.3  # seconds
RATE = 100.0
STUDENTS = (1, 32, 100)
_ROUNDS = {1: 20, 32: 5, 100: 3}
_ANSWER = "听起来这几天你一直在硬撑，白天赶进度，晚上又睡不好。现在最压着你的是哪一件？"
_WAIT = 120.0  # seconds


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the added time at several crowds, and the memory of each process."""
    with FakeBotApi() as api, ModelServer(first_delay=FIRST_TOKEN, rate=RATE) as model:
        model.answers(_ANSWER)
        model.keeps_records = False
        bot = api.bot(TOKEN)
        system = start(folder / "talk", api.url, model.url)
        try:
            updates = iter(range(1, 10_000_000))
            _onboard(bot, system.url, updates, max(STUDENTS))
            for students in STUDENTS:
                direct = _directly(model.url, students)
                through = _through(bot, system.url, updates, students)
                yield from _figures(students, direct, through)
            yield from _memory(system)
        finally:
            system.signal(signal.SIGTERM)
            system.end()
            system.clean_up()


def _figures(students: int, direct: list[float], through: list[float]) -> Iterator[Figure]:
    crowd = f"{students} student{'s' if students > 1 else ''} at once"
    for name, of in (("median", median), ("p99", p99)):
        added = of(through) - of(direct)
        yield Figure(
            f"reply out, added over the model, {crowd}, {name}",
            milliseconds(added),
            f"directly {milliseconds(of(direct))}, through Nuanyu {milliseconds(of(through))}",
            of(through) / of(direct),
        )


def _directly(url: str, students: int) -> list[float]:
    """Call the model as Nuanyu does, with nothing around it; seconds to the whole answer."""
    model = build_model(Settings(llm_url=url, _env_file=None))  # type: ignore[call-arg,arg-type]
    if model is None:
        raise RuntimeError("no model")
    prompt = (ChatLine(ChatRole.USER, "今天有点累"),)

    def call(_: int) -> float:
        begin = time.perf_counter()
        for _piece in model.stream(prompt):
            pass
        return time.perf_counter() - begin

    with ThreadPoolExecutor(students) as pool:
        return list(pool.map(call, range(students * _ROUNDS[students])))


def _through(bot: FakeBot, url: str, updates: Iterator[int], students: int) -> list[float]:
    """Let students write at once; seconds from their POST until their reply reached Telegram."""
    found: list[float] = []
    for number in range(_ROUNDS[students]):
        begun = {}
        seen = {chat_of(student): len(bot.sent_to(chat_of(student))) for student in range(students)}
        mark = len(bot.calls)
        with ThreadPoolExecutor(min(students, 32)) as pool:
            for student in range(students):
                begun[chat_of(student)] = time.monotonic()
                pool.submit(post, url, next(updates), student, f"今天有点累，第{number}次")
        deadline = time.monotonic() + _WAIT
        while any(len(bot.sent_to(chat)) <= count for chat, count in seen.items()):
            if time.monotonic() > deadline:
                raise RuntimeError("a reply is missing")
            time.sleep(0.01)
        found += [
            call.at - begun[int(call.params["chat_id"])]
            for call in bot.calls[mark:]
            if call.method == "sendMessage"
        ]
    return found


def _onboard(bot: FakeBot, url: str, updates: Iterator[int], students: int) -> None:
    for student in range(students):
        bot.user(chat_of(student))
    for words in ("/start", "/age adult", "/consent storage yes", "/consent memory no"):
        for student in range(students):
            post(url, next(updates), student, words)
    for student in range(students):
        post(url, next(updates), student, "/consent staff_alert no")
    deadline = time.monotonic() + _WAIT
    while any(len(bot.sent_to(chat_of(student))) < 6 for student in range(students)):
        if time.monotonic() > deadline:
            raise RuntimeError("the onboarding did not end")
        time.sleep(0.1)


def _memory(system: Running) -> Iterator[Figure]:
    """Yield what each process holds for itself alone (USS) after the talks."""
    for note in sorted((system.data_dir / "run").glob("*.pid")):
        process = psutil.Process(json.loads(note.read_text())["pid"])
        used = process.memory_full_info()
        yield Figure(
            f"memory, {note.stem}",
            f"{used.uss / 1e6:,.0f} MB",
            f"resident {used.rss / 1e6:,.0f} MB",
        )
