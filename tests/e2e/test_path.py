"""The whole path on the real processes: Telegram in, model, Telegram out, and parts that die."""

from __future__ import annotations

import signal
import sqlite3
import sys
import time

import psutil
import pytest
import redis

from infra.embedded.redis import EmbeddedRedis
from tests.fakes.botapi import FakeBotApi
from tests.fakes.model_server import Fault, ModelServer
from tests.fakes.running import ROOT, Running, eventually, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

TOKEN = "4242:made-up-token-for-tests"
STAFF_TOKEN = "4343:made-up-staff-token"
SECRET = "a-long-made-up-secret-0123456789"
STAFF_CHAT = -100777
CRISIS = "我不想活了，今晚就想结束这一切"
#: "sweep finishes what was forgotten within two minutes".
FORGOTTEN = 120.0  # seconds

CAMPUS = """
name = { zh = "测试大学", en = "Test University" }
pace = { shortest = 0.0, usual = 0.1, longest = 0.5 }
"""


class System:
    """A running Nuanyu with a fake Bot API and a fake model server beside it."""

    def __init__(self, folder, api, model):
        self.api, self.model = api, model
        self.bot, self.staff = api.bot(TOKEN), api.bot(STAFF_TOKEN)
        self.staff.group(STAFF_CHAT)
        port = free_port()
        (folder / "campus.toml").write_text(CAMPUS)
        self.running = Running(
            [sys.executable, "-m", "nuanyu", "up"],
            data_dir=folder / "data",
            cwd=folder,
            PYTHONPATH=str(ROOT),
            NUANYU_PORT=str(port),
            NUANYU_PUBLIC_URL=f"http://127.0.0.1:{port}",
            NUANYU_CAMPUS_FILE=str(folder / "campus.toml"),
            NUANYU_TELEGRAM_TOKEN=TOKEN,
            NUANYU_TELEGRAM_SECRET=SECRET,
            NUANYU_TELEGRAM_API_URL=api.url,
            NUANYU_TELEGRAM_CHAT_RATE="30",
            NUANYU_STAFF_TELEGRAM_TOKEN=STAFF_TOKEN,
            NUANYU_STAFF_TELEGRAM_CHAT=str(STAFF_CHAT),
            NUANYU_LLM_URL=model.url,
        )
        self.running.wait_until_ready()
        eventually(lambda: self.bot.calls_of("setMyCommands"), "the command menu")
        self._students = iter(range(7_740_112_001, 7_740_112_999))

    def student(self):
        """A student who has read the notice and answered the first questions."""
        student = self.bot.user(next(self._students))
        for words in ("/start", "/age adult", "/consent storage yes", "/consent memory yes"):
            student.says(words)
        student.says("/consent staff_alert yes")
        try:
            eventually(
                lambda: len(self.texts(student)) >= 6, "the end of the onboarding", within=FORGOTTEN
            )
        except AssertionError as missing:
            came = "\n".join(self.texts(student))
            raise AssertionError(f"{missing}; came:\n{came}\n{self.running.said}") from None
        self.seen = len(self.texts(student))
        return student

    def texts(self, student):
        return self.bot.texts_to(student.id)

    def new(self, student):
        return self.texts(student)[self.seen :]

    def redis(self):
        return redis.Redis.from_url(EmbeddedRedis(self.running.data_dir).url)


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    with FakeBotApi() as api, ModelServer() as model:
        system = System(tmp_path_factory.mktemp("path"), api, model)
        yield system
        system.running.signal(signal.SIGTERM)
        assert system.running.end() == 0
        system.running.clean_up()


@pytest.fixture(autouse=True)
def _calm_model(system):
    yield
    system.model.answers("我听到了，这听起来不容易。你愿意多说一点吗？")
    system.model.first_delay, system.model.rate = 0.0, 0.0


def test_telegram_knows_our_webhook_secret_and_menu(system):
    (webhook,) = system.bot.calls_of("setWebhook")

    assert webhook.params["url"].endswith("/telegram/webhook")
    assert webhook.params["secret_token"] == SECRET
    assert {call.params.get("language_code") for call in system.bot.calls_of("setMyCommands")} >= {
        "zh",
        "en",
    }


def test_a_student_writes_and_is_answered_by_the_model(system):
    student = system.student()
    system.model.answers("**听起来**很累。你最想先说哪一件？")

    student.says("论文、室友、考试，全挤在一起")
    eventually(lambda: system.new(student), "the reply")

    assert system.new(student) == ["听起来很累。你最想先说哪一件？"]
    assert system.bot.sent_to(student.id)[-1]["entities"][0]["type"] == "bold"
    assert any(
        call.params.get("action") == "typing" for call in system.bot.calls_of("sendChatAction")
    )


def test_text_appears_as_it_is_written(system):
    student = system.student()
    system.model.answers("我听见你说很累。这样的日子有多久了，是从开学就这样吗？")
    system.model.first_delay, system.model.rate = 0.3, 12.0

    student.says("我好累，每天都睡不够")
    eventually(lambda: system.bot.drafts_to(student.id), "a draft")
    assert system.new(student) == []
    eventually(lambda: system.new(student), "the reply")

    assert system.bot.drafts_to(student.id)[0] == "我听见你说很累。"


def test_a_text_at_risk_brings_the_card_and_a_page(system):
    student = system.student()

    student.says(CRISIS)
    eventually(lambda: len(system.new(student)) >= 2, "card and truth about staff")

    assert "12356" in system.new(student)[0]
    page = system.staff.texts_to(STAFF_CHAT)[-1]
    assert "结束" not in page
    assert str(student.id) not in page


def test_one_slow_model_never_blocks_screening_or_another_student(system):
    slow, other = system.student(), system.student()
    seen_slow = len(system.texts(slow))
    system.model.fails(Fault.HANG_FIRST)

    slow.says("我想说说我的室友")
    eventually(lambda: system.model.calls[-1:], "the call that hangs")
    slow.says(CRISIS)
    eventually(lambda: len(system.texts(slow)) > seen_slow, "the card beside a hanging model")
    assert "12356" in system.texts(slow)[seen_slow]

    system.model.answers("我在。")
    before = len(system.texts(other))
    other.says("我也想聊聊")
    eventually(lambda: len(system.texts(other)) > before, "the other student's reply")


def test_with_the_model_broken_the_guided_engine_answers(system):
    student = system.student()
    system.model.fails(Fault.CRASHED)

    student.says("我导师又把我的论文批得一无是处")
    eventually(lambda: system.new(student), "a guided reply")

    assert system.new(student)[0] != ""


def test_a_killed_conversation_worker_loses_no_reply_and_doubles_none(system):
    student = system.student()
    system.model.answers("我听见你说很累。这样的日子有多久了，是从开学就这样吗？")
    system.model.first_delay, system.model.rate = 1.0, 10.0

    student.says("我好累，每天都睡不够")
    eventually(lambda: system.bot.drafts_to(student.id), "a half-written reply")
    system.running.child("worker-conversation").kill()
    system.model.first_delay, system.model.rate = 0.0, 0.0

    eventually(lambda: system.new(student), "the reply after all", within=FORGOTTEN)
    time.sleep(3)
    assert len(system.new(student)) == 1


def test_emptying_redis_in_the_middle_loses_nothing(system):
    student = system.student()
    client = system.redis()
    worker = system.running.child("worker-safety")
    worker.suspend()  # so that the job is certainly still in Redis
    try:
        student.says("我又和室友吵架了，谁也不理谁")
        eventually(lambda: client.llen("safety"), "the job in the queue")
        client.flushall()
    finally:
        worker.resume()
        client.close()

    eventually(lambda: system.new(student), "the reply after all", within=FORGOTTEN)
    time.sleep(3)
    assert len(system.new(student)) == 1


def test_with_the_broker_dead_the_card_is_the_webhooks_own_answer(system):
    student = system.student()
    server = next(p for p in system.running.processes() if "redis-server" in " ".join(p.cmdline()))
    pages = len(system.staff.texts_to(STAFF_CHAT))
    server.suspend()
    try:
        student.says(CRISIS)
        eventually(lambda: system.new(student), "the card")
        assert "12356" in system.new(student)[0]
        assert '"sendMessage"' in system.bot.deliveries[-1].answer
        eventually(lambda: len(system.staff.texts_to(STAFF_CHAT)) > pages, "the page")
    finally:
        server.resume()


def test_a_safety_worker_killed_over_a_crisis_leaves_neither_student_nor_staff_waiting(system):
    student = system.student()
    client = system.redis()
    pages = len(system.staff.texts_to(STAFF_CHAT))
    worker = system.running.child("worker-safety")
    worker.suspend()  # so that the job certainly dies with it
    student.says(CRISIS)
    eventually(lambda: client.llen("safety"), "the job in the queue")
    client.delete("safety")
    client.close()
    worker.kill()

    eventually(lambda: system.new(student), "the card", within=FORGOTTEN)
    eventually(lambda: len(system.staff.texts_to(STAFF_CHAT)) > pages, "the page", within=FORGOTTEN)
    assert "12356" in system.new(student)[0]


def test_with_everything_down_but_the_web_process_card_and_page_go_out(system):
    student = system.student()
    pages = len(system.staff.texts_to(STAFF_CHAT))
    web = system.running.child("web").pid
    others = [one for one in system.running.processes() if one.pid != web]
    for process in others:  # the first one too: it would start the others again
        process.suspend()
    lock = sqlite3.connect(system.running.data_dir / "nuanyu.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        student.says(CRISIS)
        eventually(lambda: system.new(student), "the card", within=FORGOTTEN)
        assert "12356" in system.new(student)[0]
        assert '"sendMessage"' in system.bot.deliveries[-1].answer
        eventually(lambda: len(system.staff.texts_to(STAFF_CHAT)) > pages, "the page")
        assert not any(CRISIS in text for text in system.staff.texts_to(STAFF_CHAT))
    finally:
        lock.rollback()
        lock.close()
        for process in others:
            process.resume()

    # Then what was put away is a case like any other, with a number that can be claimed.
    eventually(
        lambda: any(
            "claim:" in str(message.get("reply_markup"))
            for message in system.staff.sent_to(STAFF_CHAT)[pages:]
        ),
        "the page with a number",
        within=FORGOTTEN,
    )


def test_a_dead_broker_comes_back_and_what_was_said_meanwhile_is_answered(system):
    student = system.student()
    server = next(p for p in system.running.processes() if "redis-server" in " ".join(p.cmdline()))
    server.send_signal(signal.SIGKILL)
    student.says("断线的时候我也在说话：我明天要考试，很慌")

    eventually(lambda: system.new(student), "the reply after all", within=FORGOTTEN)
    assert len(system.new(student)) == 1


def test_no_word_of_a_student_is_in_redis_or_in_the_logs(system):
    student = system.student()
    marker = "紫色的风筝标记"
    student.says(f"我昨天看见{marker}飞过图书馆")
    eventually(lambda: system.new(student), "the reply")

    client = system.redis()
    held = [client.dump(key) or b"" for key in client.keys("*")]
    client.close()
    logs = b"".join(file.read_bytes() for file in (system.running.data_dir / "logs").glob("*.log*"))
    for hidden in (marker.encode(), str(student.id).encode(), TOKEN.encode()):
        assert not any(hidden in value for value in held)
        assert hidden not in logs


def test_nothing_is_left_running_outside_the_system(system):
    ours = {process.pid for process in system.running.processes()}
    assert psutil.pid_exists(system.running.process.pid)
    assert len(ours) >= 8  # up, redis, web, four workers, scheduler
