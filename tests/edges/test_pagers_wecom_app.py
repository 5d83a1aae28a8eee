"""Pages to single members of WeCom, from the campus's own application, against a server of ours."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from companion.ports import PageText, Refused, RetryLater
from infra.pagers.post import Poster
from infra.pagers.wecom_app import RATES, WecomAppChannel, wecom_app_channel
from infra.pagers.wecom_token import WecomTokens
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.settings import Settings
from tests.fakes.wecom import FakeWecom

CORP, SECRET, AGENT = "ww0123456789abcdef", "a-made-up-secret-31415", 1000002
PAGE = PageText(
    subject="【暖语】高 · 编号 12",
    body="【暖语】需要有人看一下\n紧急程度：高\n编号：12",
    url="https://nuanyu.example.edu/desk/cases/12",
)


@pytest.fixture(scope="module")
def loop():
    loop = LoopThread()
    yield loop
    loop.close()


@pytest.fixture
def wecom():
    with FakeWecom(
        corp_id=CORP,
        secret=SECRET,
        agent_id=AGENT,
        members={"li", "wang.min", "a@b-c_d"},
        unlicensed="guest",
    ) as server:
        yield server


@pytest.fixture
def make(loop, wecom):
    """Make a channel; its clock is `now[0]` seconds."""

    def make(*, secret=SECRET, corp_id=CORP, agent_id=AGENT, now=None, rates=None, patience=4.0):
        poster, at = Poster(loop), now or [0.0]
        tokens = WecomTokens(
            poster, api_url=wecom.url, corp_id=corp_id, secret=secret, seconds=lambda: at[0]
        )
        limiter = SendLimiter(
            redis_url=None,
            secret=secret,
            rates=rates or Rates(total=1000, chat=1000),
            patience=patience,
        )
        return WecomAppChannel(
            poster, tokens, api_url=wecom.url, agent_id=agent_id, limiter=limiter
        )

    return make


@pytest.fixture
def channel(make):
    return make()


def test_a_page_is_a_card_to_one_member_that_leads_to_the_desk(channel, wecom):
    channel.page("li", PAGE)

    assert wecom.sent == [
        {
            "touser": "li",
            "agentid": AGENT,
            "msgtype": "textcard",
            "textcard": {
                "title": "【暖语】高 · 编号 12",
                "description": "【暖语】需要有人看一下<br>紧急程度：高<br>编号：12",
                "url": "https://nuanyu.example.edu/desk/cases/12",
            },
        }
    ]


def test_without_an_address_of_the_desk_it_is_a_text(channel, wecom):
    channel.page("Wang.Min", PageText(subject="s", body="编号：12"))

    [message] = wecom.sent
    assert (message["msgtype"], message["text"]) == ("text", {"content": "编号：12"})


@pytest.mark.parametrize("body", ["高" * 400, "高" * 169 + "x\n\n\n高", "a\n" * 300])
def test_a_long_page_is_cut_to_what_a_card_takes(channel, wecom, body):
    channel.page("li", PageText(subject="题" * 99, body=body, url=PAGE.url))

    [message] = wecom.sent
    assert message["textcard"]["description"].count("<") == message["textcard"][
        "description"
    ].count("<br>")


# ---------------------------------------------------------------- the token


def test_the_token_is_fetched_once_and_kept_until_it_runs_out(make, wecom):
    now = [0.0]
    channel = make(now=now)

    channel.page("li", PAGE)
    now[0] = 7000
    channel.page("li", PAGE)
    assert wecom.asked_for_token == 1

    now[0] = 7200 - 60  # a page takes a while: no token is used to its last second
    channel.page("li", PAGE)
    assert wecom.asked_for_token == 2


@pytest.mark.parametrize("how", ["takes_tokens_back", "expires_tokens"])
def test_a_token_that_wecom_took_back_is_replaced_and_the_page_arrives(channel, wecom, how):
    channel.page("li", PAGE)
    getattr(wecom, how)()

    channel.page("li", PAGE)

    assert (len(wecom.sent), wecom.asked_for_token) == (2, 2)


def test_a_fresh_token_that_is_refused_too_is_told_and_not_asked_for_again_and_again(
    channel, wecom
):
    wecom.says(42001, 42001)

    with pytest.raises(Refused) as refused:
        channel.page("li", PAGE)

    assert (refused.value.reason, wecom.asked_for_token) == ("wecom_42001", 2)


def test_many_pages_at_once_fetch_one_token(channel, wecom):
    barrier = threading.Barrier(8)

    def page(_):
        barrier.wait(5)
        channel.page("li", PAGE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(page, range(8)))

    assert (len(wecom.sent), wecom.asked_for_token) == (8, 1)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"secret": "another"}, "wecom_40001"),
        ({"corp_id": "ww9"}, "wecom_40013"),
        ({"agent_id": 7}, "wecom_40056"),
    ],
)
def test_wrong_settings_fail_the_page_so_that_the_next_rung_is_due(make, wecom, given, reason):
    with pytest.raises(Refused) as refused:
        make(**given).page("li", PAGE)

    assert (refused.value.reason, refused.value.unreachable) == (reason, False)
    assert wecom.sent == []


@pytest.mark.parametrize("code", [-1, 45009])
def test_no_token_now_is_tried_again(channel, wecom, code):
    wecom.says_to_token(code)

    with pytest.raises(RetryLater):
        channel.page("li", PAGE)
    channel.page("li", PAGE)

    assert len(wecom.sent) == 1


# ---------------------------------------------------------------- what WeCom says


@pytest.mark.parametrize(
    ("code", "after"),
    [(-1, timedelta(seconds=2)), (45009, timedelta(minutes=1)), (45033, timedelta(minutes=1))],
)
def test_when_wecom_is_busy_the_page_comes_back(channel, wecom, code, after):
    wecom.says(code)

    with pytest.raises(RetryLater) as later:
        channel.page("li", PAGE)

    assert later.value.after == after


@pytest.mark.parametrize(
    ("user", "reason"), [("nobody", "wecom_81013"), ("guest", "wecom_not_a_member")]
)
def test_who_is_no_member_or_has_no_licence_cannot_be_reached(channel, user, reason):
    with pytest.raises(Refused) as refused:
        channel.page(user, PAGE)

    assert (refused.value.reason, refused.value.unreachable) == (reason, True)


@pytest.mark.parametrize("user", ["", "@all", "li|wang.min", "李", "x" * 65, "li\n"])
def test_what_is_no_single_member_is_never_written_to(channel, wecom, user):
    with pytest.raises(Refused):
        channel.page(user, PAGE)

    assert (wecom.sent, wecom.asked_for_token) == ([], 0)


def test_somebody_who_got_enough_is_held_back_before_wecom_drops_it_silently(make, wecom):
    channel = make(rates=Rates(total=1000, chat=RATES.chat), patience=0.1)
    for _ in range(3):
        channel.page("li", PAGE)

    with pytest.raises(RetryLater):
        channel.page("li", PAGE)

    channel.page("wang.min", PAGE)
    assert len(wecom.sent) == 4
    assert RATES.chat * 60 < 30
    assert RATES.chat * 3600 < 1000


def test_a_server_that_is_not_there_was_told_nothing(loop):
    channel = wecom_app_channel(settings("http://127.0.0.1:1"), redis_url=None, loop=loop)

    with pytest.raises(RetryLater):
        channel.page("li", PAGE)


def test_neither_secret_nor_token_nor_page_is_quoted_in_an_error_or_a_log(channel, wecom, caplog):
    caplog.set_level(logging.DEBUG, logger="nuanyu")
    channel.page("li", PAGE)
    wecom.says(40058)

    with pytest.raises(Refused) as refused:
        channel.page("li", PAGE)

    told = f"{refused.value!r} {refused.value.__cause__!r} {caplog.text}"
    assert not any(word in told for word in (SECRET, "token-1", PAGE.body))


# ---------------------------------------------------------------- in its place


def settings(url):
    return Settings(
        _env_file=None,
        wecom_corp_id=CORP,
        wecom_agent_id=AGENT,
        wecom_secret=SECRET,
        wecom_api_url=url,
    )


def test_the_settings_make_a_channel_that_can_be_checked_without_writing_to_anybody(loop, wecom):
    channel = wecom_app_channel(settings(wecom.url), redis_url=None, loop=loop)

    channel.check()
    channel.page("li", PAGE)

    assert len(wecom.sent) == 1


def test_the_check_finds_an_application_that_is_not_ours(make):
    with pytest.raises(Refused, match="wecom_301002"):
        make(agent_id=7).check()
