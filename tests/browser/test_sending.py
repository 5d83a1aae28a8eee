"""Sending: no word is lost, none arrives twice, and the student always knows where it is."""

from __future__ import annotations

import json
import os
import signal

import pytest
from playwright.sync_api import expect

from tests.fakes.running import eventually

MESSAGES = "**/chat/messages"


def said(phone):
    return [text for role, text in phone.lines() if role == "user"]


def only_posts(handle):
    return lambda route: handle(route) if route.request.method == "POST" else route.fallback()


def test_without_network_words_wait_on_the_device_and_go_out_once(phone):
    phone.welcome()
    phone.talks("你好")
    phone.context.set_offline(True)

    phone.says("第一句")
    phone.says("第二句")

    expect(phone.state("第一句")).to_have_attribute("data-state", "waiting")
    expect(phone.state("第一句")).to_contain_text("还没发出去")
    expect(phone.status).to_contain_text("没有网络")
    phone.context.set_offline(False)
    expect(phone.state("第二句")).to_have_attribute("data-state", "sent")
    expect(phone.status).to_be_empty()
    assert said(phone) == ["你好", "第一句", "第二句"]
    expect(phone.mine).to_have_text(["你好", "第一句", "第二句"])


def test_a_reload_does_not_lose_what_waits(phone):
    phone.welcome()
    phone.talks("你好")
    phone.page.route(MESSAGES, only_posts(lambda route: route.abort()))
    phone.says("别弄丢这句")
    expect(phone.state("别弄丢这句")).to_have_attribute("data-state", "waiting")

    phone.page.reload()
    expect(phone.state("别弄丢这句")).to_be_visible()
    phone.page.unroute(MESSAGES)

    expect(phone.state("别弄丢这句")).to_have_attribute("data-state", "sent")
    assert said(phone) == ["你好", "别弄丢这句"]
    assert not [name for name in phone.kept() if name.startswith("nuanyu:out:")]


def test_an_answer_that_got_lost_on_the_way_doubles_nothing(phone):
    """The server took the message, the phone never heard so: it asks again with the same id."""
    phone.welcome()
    phone.talks("你好")
    ids = []

    def lose_the_first_answer(route):
        ids.append(json.loads(route.request.post_data)["client_id"])
        if len(ids) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.page.route("**/chat/events*", lambda route: route.abort())
    phone.page.reload()
    phone.page.route(MESSAGES, only_posts(lose_the_first_answer))

    phone.says("只说一遍")

    expect(phone.state("只说一遍")).to_have_attribute("data-state", "sent")
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert said(phone) == ["你好", "只说一遍"]
    expect(phone.mine).to_have_text(["你好", "只说一遍"])


def test_a_server_that_restarts_in_the_middle_is_found_again_and_nothing_is_doubled(phone, system):
    phone.welcome()
    phone.talks("重启之前")
    web = system.child("web")

    os.kill(web.pid, signal.SIGKILL)
    phone.says("重启之中")
    expect(phone.state("重启之中")).to_have_attribute("data-state", "waiting")

    expect(phone.state("重启之中")).to_have_attribute("data-state", "sent", timeout=60_000)
    expect(phone.theirs).to_have_count(2, timeout=30_000)
    expect(phone.mine).to_have_text(["重启之前", "重启之中"])
    assert said(phone) == ["重启之前", "重启之中"]
    phone.talks("重启之后")


def test_where_no_stream_gets_through_the_page_asks_instead(phone):
    phone.page.route("**/chat/events*", lambda route: route.fulfill(status=502, body="proxy"))
    phone.welcome()

    answer = phone.talks("你好")

    assert answer
    expect(phone.status).to_be_empty()


def test_lines_are_sent_one_after_another_in_their_order(phone):
    phone.welcome()
    phone.talks("你好")

    for line in "一二三四五六":
        phone.says(f"第{line}行")

    expect(phone.state("第六行")).to_have_attribute("data-state", "sent")
    assert said(phone)[1:] == [f"第{line}行" for line in "一二三四五六"]


def test_with_the_database_away_a_card_is_shown_at_once_and_the_words_are_sent_again(phone):
    phone.welcome()
    phone.talks("你好")
    card = {
        "text": "请打 12356",
        "html": "<p>请打 12356</p>",
        "choices": [{"label": "拨打 12356", "value": "12356", "url": "tel:12356"}],
    }
    tries = []

    def away(route):
        tries.append(json.loads(route.request.post_data)["client_id"])
        if len(tries) < 3:
            problem = {"error": "away", "code": "unavailable", "card": card}
            route.fulfill(status=503, body=json.dumps(problem), content_type="application/json")
        else:
            route.continue_()

    phone.page.route(MESSAGES, only_posts(away))
    phone.says("撑不下去了")

    shown = phone.page.locator(".card")
    expect(shown.locator("a[href='tel:12356']").first).to_be_visible()
    expect(phone.state("撑不下去了")).to_have_attribute("data-state", "waiting")
    expect(phone.status).to_contain_text("求助")
    expect(phone.state("撑不下去了")).to_have_attribute("data-state", "sent")
    assert len(set(tries)) == 1
    assert said(phone) == ["你好", "撑不下去了"]


def test_a_text_that_is_too_long_is_not_sent_and_not_lost(phone):
    phone.welcome()
    words = "长" * 20_001

    phone.text.fill(words)
    expect(phone.page.locator("#counter")).to_have_text("超出 1 个字，分几次发给我就好")
    phone.text.press("Enter")

    expect(phone.text).to_have_value(words)
    expect(phone.mine).to_have_count(0)


def test_words_the_server_finds_too_long_come_back_into_the_box(phone):
    phone.welcome()
    phone.page.route(
        MESSAGES, only_posts(lambda route: route.fulfill(status=413, body='{"code": "too_long"}'))
    )

    phone.says("很长的话")

    expect(phone.text).to_have_value("很长的话")
    expect(phone.page.locator("#counter")).to_contain_text("太长了")
    expect(phone.mine).to_have_count(0)


def test_the_end_of_the_room_is_announced_in_time(phone):
    phone.welcome()

    phone.text.fill("字" * 19_500)

    expect(phone.page.locator("#counter")).to_have_text("还能写 500 个字")


def test_enter_while_choosing_characters_does_not_send(phone):
    phone.welcome()
    phone.text.fill("nihao")

    for event in ({"isComposing": True}, {"keyCode": 229}):
        phone.text.dispatch_event("keydown", {"key": "Enter", "bubbles": True} | event)

    expect(phone.text).to_have_value("nihao")
    expect(phone.mine).to_have_count(0)


def test_shift_and_enter_begins_a_new_line_and_the_box_grows(phone):
    phone.welcome()
    height = phone.text.bounding_box()["height"]

    phone.text.press_sequentially("一")
    for _ in range(3):
        phone.text.press("Shift+Enter")
    phone.text.press_sequentially("二")

    expect(phone.text).to_have_value("一\n\n\n二")
    assert phone.text.bounding_box()["height"] > height + 40
    phone.text.press("Enter")
    expect(phone.mine).to_have_count(1)
    assert phone.text.bounding_box()["height"] == pytest.approx(height, abs=1)


def test_blank_lines_are_not_sent(phone):
    phone.welcome()

    phone.says("  \n ")

    expect(phone.mine).to_have_count(0)


def test_the_page_works_where_the_browser_keeps_nothing(open_phone):
    phone = open_phone()
    phone.context.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
             Object.defineProperty(window, name, {get() { throw new DOMException("no", "SecurityError"); }});"""
    )
    phone.open()
    phone.page.click("#welcome [data-step=notice] [data-next]")
    phone.page.click("[data-age=adult]")
    phone.page.click("[data-step=consent] [data-next]")

    assert phone.talks("你好")


def test_the_server_keeps_nothing_twice_when_two_pages_hold_the_same_words(phone):
    phone.welcome()
    phone.talks("你好")
    phone.context.set_offline(True)
    phone.says("同一句话")
    expect(phone.state("同一句话")).to_have_attribute("data-state", "waiting")
    phone.context.set_offline(False)
    other = phone.new_page()
    other.goto(phone.url + "/chat")

    expect(phone.state("同一句话")).to_have_attribute("data-state", "sent")
    expect(other.locator(".message.user > .bubble")).to_have_text(["你好", "同一句话"])
    eventually(lambda: said(phone) == ["你好", "同一句话"], "the words once", within=10)
