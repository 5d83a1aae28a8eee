"""How fast we send, counted in a real Redis server by several processes, and without one."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from companion.ports import RetryLater
from infra.senders.limits import Rates, SendLimiter
from tests.fakes.botapi import TOKEN, FakeBotApi
from tests.fakes.redis_server import redis_server
from tests.fakes.telegram_edge import telegram_sender_to

SECRET = "a made-up secret"
#: Slow enough that no window ends while a test runs.
SLOW = Rates(total=0.05, chat=0.05)

TRY = """
import sys
from companion.ports import RetryLater
from infra.senders.limits import Rates, SendLimiter

url, total, chat, spread = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4] == "spread"
limiter = SendLimiter(redis_url=url, secret="a made-up secret", rates=Rates(total=total, chat=chat), patience=0)
passed = 0
for number in range(20):
    try:
        limiter.wait(f"chat {number if spread else 0}")
        passed += 1
    except RetryLater:
        pass
print(passed)
"""


@pytest.fixture(scope="module")
def redis():
    with redis_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _empty(redis):
    with redis.client() as client:
        client.flushall()


def limiter(redis_url, *, rates=SLOW, **more):
    return SendLimiter(redis_url=redis_url, secret=SECRET, rates=rates, **{"patience": 0} | more)


def passed(limiter, addresses):
    count = 0
    for address in addresses:
        try:
            limiter.wait(address)
        except RetryLater:
            continue
        count += 1
    return count


def in_two_processes(redis, rates, spread):
    command = [sys.executable, "-c", TRY, redis.url, str(rates.total), str(rates.chat), spread]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return sum(int(process.communicate(timeout=60)[0]) for process in running)


def test_one_limit_to_all_chats_holds_for_two_processes(redis):
    assert in_two_processes(redis, Rates(total=0.05, chat=1000), "spread") == 1


def test_one_limit_to_a_chat_holds_for_two_processes(redis):
    assert in_two_processes(redis, Rates(total=1000, chat=0.05), "one chat") == 3


def test_one_limit_holds_for_many_threads_of_two_senders(redis):
    two = [limiter(redis.url, rates=Rates(total=1000, chat=0.05)) for _ in range(2)]

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda each: passed(each, ["one"] * 5), two * 4))

    assert sum(counts) == 3


def test_without_redis_the_same_limit_holds_in_the_process():
    here = limiter("unix:///nowhere/redis.sock", rates=Rates(total=1000, chat=0.05))

    assert passed(here, ["one"] * 10) == 3


def test_when_redis_goes_away_sending_goes_on():
    with redis_server() as server:
        here = limiter(server.url, rates=Rates(total=1000, chat=1000))
        assert passed(here, ["one"]) == 1
        server.stop()

        assert passed(here, ["one"] * 20) == 20


def test_redis_sees_no_chat_id(redis):
    limiter(redis.url).wait("1234567")

    seen = redis.keys()
    assert seen
    assert not any("1234567" in key for key in seen)


def test_another_secret_gives_other_names(redis):
    limiter(redis.url).wait("1234567")
    before = set(redis.keys())

    SendLimiter(redis_url=redis.url, secret="another", rates=SLOW, patience=0, lane="x").wait(
        "1234567"
    )

    assert len(set(redis.keys()) - before) == 2


def test_counts_are_forgotten_by_themselves(redis):
    limiter(redis.url).wait("1234567")

    with redis.client() as client:
        assert all(0 < client.ttl(key) <= 60 for key in client.keys("*"))


def test_urgent_messages_have_a_lane_of_their_own(redis):
    assert passed(limiter(redis.url), ["one", "two", "three"]) == 1

    assert passed(limiter(redis.url, lane="urgent"), ["one"]) == 1


@pytest.mark.parametrize("url", [None, "redis"])
def test_a_sender_naps_until_its_turn_comes(redis, url):
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if url:
            with redis.client() as client:
                client.flushall()

    here = limiter(
        redis.url if url else None, rates=Rates(total=1000, chat=0.05), patience=60, sleep=nap
    )
    for _ in range(3):
        here.wait("one")
    if url is None:
        with pytest.raises(RetryLater):
            here.wait("one")  # the nap is a fake: the window never opens, the patience ends
    else:
        here.wait("one")

    assert naps
    assert 0 < naps[0] <= 60


def test_who_would_wait_too_long_is_told_when_to_come_back(redis):
    here = limiter(redis.url, patience=5)
    here.wait("one")

    with pytest.raises(RetryLater) as later:
        here.wait("two")

    assert 5 < later.value.after.total_seconds() <= 20


@pytest.mark.parametrize(
    ("rate", "messages", "seconds"),
    [(25, 25, 1), (1, 1, 1), (0.5, 1, 2), (2.5, 5, 2), (0.001, 1, 60)],
)
def test_a_rate_becomes_a_window_of_whole_seconds(rate, messages, seconds):
    window = SendLimiter(redis_url=None, secret=SECRET, rates=Rates(total=rate, chat=1))._all

    assert (window.amount, window.get_expiry()) == (messages, seconds)


def test_two_senders_keep_one_limit_and_the_second_message_never_leaves(redis):
    with FakeBotApi() as api:
        bot = api.bot(TOKEN)
        student = str(bot.user().id)
        settings = {"token": TOKEN, "redis_url": redis.url, "rates": SLOW, "patience": 0}
        with (
            telegram_sender_to(api.url, **settings) as one,
            telegram_sender_to(api.url, **settings) as two,
        ):
            one.send(student, one.parts("first", markdown=False)[0], choices=[])

            with pytest.raises(RetryLater):
                two.send(student, two.parts("second", markdown=False)[0], choices=[])

        assert bot.texts_to(student) == ["first"]
