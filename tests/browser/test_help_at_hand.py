"""Help is always one press away: with no network, no scripts, in the middle of any question."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

LINES = "#sos a[href^='tel:']:visible"


def test_the_helplines_open_without_network(phone):
    phone.welcome()
    phone.context.set_offline(True)

    phone.page.click(".bar [data-sos]")

    expect(phone.page.locator(LINES).first).to_be_visible()
    assert phone.page.locator(LINES).evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    ) == [
        "tel:12356",
        "tel:4001619995",
        "tel:120",
        "tel:110",
    ]
    phone.page.keyboard.press("Escape")
    expect(phone.page.locator("#sos")).to_be_hidden()


@pytest.mark.parametrize("steps", [0, 1, 2], ids=["notice", "age", "consent"])
def test_the_helplines_open_in_the_middle_of_the_questions(phone, steps):
    phone.open()
    for press in ("[data-step=notice] [data-next]", "[data-age=adult]")[:steps]:
        phone.page.click(f"#welcome {press}")

    phone.page.click("#welcome [data-sos]")
    expect(phone.page.locator(LINES).first).to_be_visible()
    phone.page.click("#sos [data-close]")

    expect(phone.page.locator("#welcome")).to_be_visible()


def test_the_helplines_are_there_before_the_scripts_are(open_phone):
    """On a slow night connection the page is there long before its scripts."""
    phone = open_phone()
    phone.page.route("**/*.js", lambda route: route.abort())
    phone.open()

    phone.page.click(".bar [data-sos]")

    expect(phone.page.locator(LINES).first).to_be_visible()


def test_the_helplines_are_there_without_scripts(open_phone):
    phone = open_phone(java_script_enabled=False).open()

    expect(phone.page.locator("noscript a[href='tel:12356']").first).to_be_visible()


def test_the_door_leads_straight_to_the_helplines(phone):
    phone.open("/").page.click(".door a.sos")
    expect(phone.page.locator("#welcome")).to_be_visible()

    expect(phone.page.locator("#sos-title")).to_be_focused()
    phone.page.click("#sos [data-close]")  # nothing lies over it


def test_everything_the_door_names_is_there(phone):
    phone.open("/")
    links = phone.page.locator(".door a").evaluate_all("all => all.map(a => a.href)")

    statuses = {link: phone.context.request.get(link).status for link in links}

    assert len(links) == 6
    assert set(statuses.values()) == {200}, statuses


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("zh-CN", "我不想活了，今晚就想结束这一切", id="zh"),
        pytest.param("en-GB", "I want to kill myself tonight", id="en"),
    ],
)
def test_words_of_danger_bring_the_card_with_numbers_to_tap(open_phone, language, words):
    phone = open_phone(language).welcome()

    phone.says(words)

    card = phone.page.locator("#log .card")
    expect(card).to_be_visible()
    hrefs = card.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert {"tel:12356", "tel:120"} <= set(hrefs)
    in_text = card.locator(".bubble a").all_inner_texts()
    assert "120" in in_text, "numbers in the text can be tapped as well"
    for link in card.locator(".choices a").all():
        assert link.bounding_box()["height"] >= 44


def test_the_numbers_of_a_card_stay_when_the_talk_goes_on(phone):
    phone.welcome()
    phone.says("我不想活了")
    expect(phone.page.locator("#log .card")).to_be_visible()

    phone.talks("我还在")

    expect(
        phone.page.locator("#log .card").first.locator("a[href='tel:12356']").first
    ).to_be_visible()


def test_a_card_comes_in_the_place_of_a_reply_in_the_making(phone, model):
    phone.welcome()
    phone.talks("你好")
    model.answers("我在听。" + "不着急，我们一步一步来。" * 20)
    model.rate = 12
    phone.says("今天很难")
    expect(phone.page.locator("#growing .message .bubble p")).to_contain_text("我在听")

    phone.says("我不想活了")

    expect(phone.page.locator("#log .card")).to_be_visible()
    expect(phone.page.locator("#growing")).to_be_empty()
    expect(phone.page.locator("#log")).not_to_contain_text("一步一步来")


def test_commands_named_in_a_text_can_be_pressed(phone):
    phone.welcome()
    phone.menu("[data-command='/help']")

    phone.page.locator("#log button.command", has_text="/sos").first.click()

    expect(phone.page.locator(LINES).first).to_be_visible()
