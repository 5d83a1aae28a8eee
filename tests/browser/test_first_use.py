"""The first minute: what a student is told and asked before the first talk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_nothing_is_kept_anywhere_before_the_student_has_agreed(phone):
    asked = []
    phone.page.on("request", lambda request: asked.append(request.method))

    phone.open()
    expect(phone.page.locator("#welcome")).to_be_visible()

    assert phone.kept() == {}
    assert set(asked) == {"GET"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("zh-CN", ("AI 程序", "不是人", "生命危险", "加密保存", "/delete"), id="zh"),
        pytest.param(
            "en-GB", ("AI program", "not a person", "danger", "encrypted", "/delete"), id="en"
        ),
    ],
)
def test_the_notice_says_what_it_is_and_what_happens_in_an_emergency(open_phone, language, words):
    phone = open_phone(language).open()

    notice = phone.page.locator("#welcome [data-step=notice]").inner_text()

    assert [word for word in words if word not in notice] == []
    expect(phone.page.locator("html")).to_have_attribute("lang", language[:2])


def test_each_purpose_is_asked_by_itself_and_nothing_is_chosen_beforehand(phone):
    phone.open().page.click("#welcome [data-step=notice] [data-next]")
    phone.page.click("[data-age=adult]")
    switches = phone.page.locator("#welcome input[role=switch]")
    expect(switches).to_have_count(3)
    assert [switch.is_checked() for switch in switches.all()] == [False, False, False]

    phone.page.set_checked("#consent-memory", checked=True)
    phone.page.click("[data-step=consent] [data-next]")
    expect(phone.text).to_be_focused()
    phone.page.wait_for_function(
        "() => localStorage.getItem('nuanyu:choices') === null && localStorage.getItem('nuanyu:token')"
    )

    session = phone.asks("/chat/session")
    assert session["consents"] == {"storage": False, "memory": True, "staff_alert": False}
    assert session["age_band"] == "adult"
    assert session["onboarded"] is True


def test_who_is_too_young_is_told_kindly_and_finds_help_and_the_chat(phone):
    phone.open().page.click("#welcome [data-step=notice] [data-next]")
    phone.page.click("[data-age=under_min]")

    step = phone.page.locator("#welcome [data-step=under]")
    expect(step).to_contain_text("12355")
    expect(step.locator("a[href^='tel:']:visible").first).to_be_visible()
    step.locator("[data-next]").click()

    expect(phone.text).to_be_focused()
    assert "18" in phone.talks("你好")
    assert phone.asks("/chat/session")["age_band"] == "under_min"


def test_the_language_can_be_changed_before_anything_else_and_is_remembered(phone):
    phone.open().page.click("#welcome [data-switch-language]")

    expect(phone.page.locator("#welcome-title")).to_have_text("Before we talk")
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    phone.page.reload()
    expect(phone.page.locator("#welcome-title")).to_have_text("Before we talk")


def test_the_questions_are_not_asked_again_after_a_reload(phone):
    phone.welcome()
    phone.page.wait_for_function("() => localStorage.getItem('nuanyu:token')")

    phone.page.reload()

    expect(phone.page.locator("#greeting")).to_be_visible()
    expect(phone.page.locator("#welcome")).to_be_hidden()


def test_the_notice_cannot_be_pressed_away_unread_by_escape(phone):
    phone.open()
    for _ in range(3):
        phone.page.keyboard.press("Escape")

    expect(phone.page.locator("#welcome [data-step=notice]")).to_be_visible()


def test_someone_who_arrives_without_network_can_write_at_once_and_is_asked_for_nothing_twice(
    phone,
):
    phone.open()
    phone.context.set_offline(True)
    phone.page.click("#welcome [data-step=notice] [data-next]")
    phone.page.click("[data-age=adult]")
    phone.page.click("[data-step=consent] [data-next]")
    phone.says("有人在吗")
    expect(phone.state("有人在吗")).to_have_attribute("data-state", "waiting")

    phone.context.set_offline(False)

    expect(phone.state("有人在吗")).to_have_attribute("data-state", "sent")
    expect(phone.theirs.first).to_be_visible()
    assert phone.asks("/chat/session")["onboarded"] is True
