"""Talking: what is said appears, grows, is read again."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

LONG = (
    "听起来这阵子真的很满。论文和睡眠搅在一起，脑子停不下来。"
    "你提到晚上特别难熬，我想多听一点。今晚最压着你的是哪一件？"
)


@pytest.mark.parametrize(
    ("language", "words", "answer"),
    [
        pytest.param("zh-CN", "最近论文压力好大", "论文的事压在心上。现在卡在哪里？", id="zh"),
        pytest.param(
            "en-GB", "My thesis is wearing me out", "That sounds tiring. What is hardest?", id="en"
        ),
    ],
)
def test_a_student_is_answered(open_phone, model, language, words, answer):
    model.answers(answer)
    phone = open_phone(language).welcome()

    assert phone.talks(words) == answer

    expect(phone.mine).to_have_text([words])
    expect(phone.state(words)).to_have_attribute("data-state", "sent")
    expect(phone.page.locator("#greeting")).to_be_hidden()


def test_text_appears_while_it_is_written_and_stays_in_its_place(phone, model):
    phone.welcome()
    model.answers(LONG)
    model.first_delay, model.rate = 0.6, 14

    phone.says("睡不着，论文也写不完")

    expect(phone.page.locator("#growing .dots")).to_be_visible()
    growing = phone.page.locator("#growing .message .bubble p")
    expect(growing).to_contain_text("真的很满")
    assert "哪一件" not in growing.inner_text()
    assert phone.theirs.count() == 0, "only a complete reply is read out"
    top = growing.bounding_box()["y"]
    expect(phone.theirs).to_have_text([LONG])
    expect(phone.page.locator("#growing")).to_be_empty()
    assert phone.theirs.locator("p").bounding_box()["y"] <= top


def test_only_complete_messages_are_announced(phone, model):
    phone.welcome()
    model.answers(LONG)
    model.rate = 30
    phone.page.evaluate(
        """() => {
          window.announced = [];
          new MutationObserver((changes) => {
            for (const change of changes) for (const node of change.addedNodes)
              if (node.textContent.trim()) window.announced.push(node.textContent);
          }).observe(document.getElementById("log"), {childList: true, subtree: true});
        }"""
    )

    phone.talks("晚上好")

    heard = [text for text in phone.page.evaluate("window.announced") if "听起来" in text]
    assert len(heard) == 1
    assert LONG in heard[0]
    expect(phone.page.locator("#log")).to_have_attribute("aria-live", "polite")
    expect(phone.page.locator("#growing")).to_have_attribute("aria-hidden", "true")


def test_the_models_markdown_arrives_as_formatting_and_markup_is_never_run(phone, model):
    phone.welcome()
    model.answers("**慢慢来**，<img src=x onerror=alert(1)> 今晚先*歇一下*，好吗？")

    phone.talks("写不动了")

    expect(phone.theirs.locator("strong")).to_have_text("慢慢来")
    expect(phone.theirs.locator("em")).to_have_text("歇一下")
    assert phone.page.locator("#log img").count() == 0


def test_what_a_student_writes_is_shown_as_it_was_written(phone):
    phone.welcome()

    phone.says("<b>一</b>\n二   三")

    assert phone.mine.inner_text() == "<b>一</b>\n二   三"


def test_a_button_answers_shows_its_label_and_is_gone_then(phone):
    phone.welcome()
    phone.menu("[data-command='/delete']")
    buttons = phone.page.locator("#log button.choice")
    expect(buttons).to_have_text(["全部删除", "先不删"])

    buttons.nth(1).click()

    expect(phone.page.locator(".chip > .bubble")).to_have_text(["全部删除", "先不删"])
    expect(phone.theirs.last).to_contain_text("什么都没动")
    expect(buttons).to_have_count(0)


def test_after_a_reload_history_shows_what_was_pressed_and_no_commands(phone):
    phone.welcome()
    phone.menu("[data-command='/delete']")
    phone.page.locator("#log button.choice").nth(1).click()
    expect(phone.theirs.last).to_contain_text("什么都没动")

    phone.page.reload()

    expect(phone.page.locator(".chip > .bubble")).to_have_text(["全部删除", "先不删"])
    assert "/delete" not in phone.page.locator("#log").inner_text()


def test_a_word_to_begin_with_is_one_press_away(phone):
    phone.welcome()

    phone.page.locator("#starters button").first.click()

    expect(phone.mine).to_have_text(["睡不着"])
    expect(phone.theirs.first).to_be_visible()


def test_a_reload_keeps_the_talk_and_the_draft(phone):
    phone.welcome()
    answer = phone.talks("在图书馆坐了一天")
    phone.text.fill("其实我")

    phone.page.reload()

    expect(phone.mine).to_have_text(["在图书馆坐了一天"])
    expect(phone.theirs).to_have_text([answer])
    expect(phone.text).to_have_value("其实我")
    expect(phone.page.locator(".day")).to_have_text(["今天"])


def _history(count):
    """Lines of two days, as the server tells them."""
    return [
        {
            "id": f"00000000-0000-4000-8000-{seq:012d}",
            "seq": seq,
            "role": "user",
            "kind": "text",
            "text": f"第 {seq} 句",
            "html": "",
            "at": f"2026-0{3 + seq // 100}-01T12:{seq % 60:02d}:00Z",
            "choices": [],
            "state": "sent",
        }
        for seq in range(1, count + 1)
    ]


def _serve_history(phone, count):
    history = _history(count)

    def answer(route):
        before = route.request.url.partition("before=")[2].partition("&")[0]
        part = [line for line in history if not before or line["seq"] < int(before)]
        route.fulfill(
            body=json.dumps({"messages": part[-50:], "more": len(part) > 50}),
            content_type="application/json",
        )

    phone.page.route("**/chat/messages?*", answer)


def test_older_messages_load_when_scrolling_up_and_the_reader_keeps_the_place(phone):
    phone.welcome()
    phone.talks("你好")
    _serve_history(phone, 120)
    phone.page.reload()
    expect(phone.mine).to_have_count(50)
    expect(phone.mine.last).to_be_in_viewport()
    first = phone.mine.filter(has_text="第 71 句")

    phone.page.locator("#talk").evaluate("box => { box.scrollTop = 0; }")
    expect(phone.mine).to_have_count(100)

    expect(first).to_be_in_viewport()
    phone.page.locator("#talk").evaluate("box => { box.scrollTop = 0; }")
    expect(phone.mine).to_have_count(120)
    expect(phone.page.locator("#earlier")).to_be_hidden()
    texts = phone.mine.all_inner_texts()
    assert texts == [f"第 {number} 句" for number in range(1, 121)]
    expect(phone.page.locator(".day")).to_have_count(2)


def test_a_reader_of_older_lines_is_not_torn_away_but_told(phone):
    phone.welcome()
    phone.talks("你好")
    for number in range(3):
        phone.talks(f"{number}\n" * 14)
    phone.text.fill("还在吗")
    phone.text.press("Enter")
    phone.page.locator("#talk").evaluate("box => { box.scrollTop = 0; }")
    pill = phone.page.locator("#pill")

    expect(pill).to_be_visible()
    assert phone.page.locator("#talk").evaluate("box => box.scrollTop") < 50

    pill.click()
    expect(phone.theirs.last).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_the_page_follows_when_the_language_is_changed_in_the_talk(phone):
    phone.welcome()

    phone.says("/language en")

    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    expect(phone.text).to_have_attribute("placeholder", "Whatever comes to mind…")


def test_changing_the_language_on_the_page_changes_it_for_the_talk(phone):
    phone.welcome()
    phone.talks("你好")

    phone.page.click(".bar [data-switch-language]")
    phone.menu("[data-command='/help']")

    expect(phone.theirs.last).to_contain_text("helplines, right now")


def test_two_open_pages_of_one_student_show_the_same_talk(phone):
    phone.welcome()
    phone.talks("第一句")
    other = phone.new_page()
    other.goto(phone.url + "/chat")
    expect(other.locator(".message.user > .bubble")).to_have_text(["第一句"])

    phone.talks("第二句")

    expect(other.locator(".message.user > .bubble")).to_have_text(["第一句", "第二句"])
