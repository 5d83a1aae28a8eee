"""Moods on a phone: noted with one tap, seen as a picture in the talk and on a sheet of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

WORDS = {
    "zh-CN": {"title": "我的心情", "good": "🙂 不错", "chart": "看图", "done": "就这样"},
    "en-GB": {"title": "My mood", "good": "🙂 Good", "chart": "Show me", "done": "That's all"},
}


def press(phone, label):
    phone.page.locator(".choice", has_text=label).last.click()


def colour(phone, selector):
    return phone.page.locator(selector).first.evaluate("e => getComputedStyle(e).fill")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", WORDS)
def test_a_mood_is_noted_and_seen(open_phone, shots, language, scheme):
    words = WORDS[language]
    phone = open_phone(language, scheme)
    phone.welcome()
    phone.says("mood")
    press(phone, words["good"])
    press(phone, words["done"])
    press(phone, words["chart"])

    drawing = phone.page.locator(".message.picture .drawing svg")
    expect(drawing).to_be_visible()
    assert drawing.bounding_box()["width"] <= 390
    assert phone.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    expect(drawing.locator("text", has_text=words["title"])).to_have_count(1)
    # The words of the page: dark on light, or light on dark.
    ink = colour(phone, ".message.picture .drawing .fill-text")
    assert ink == {"light": "rgb(45, 40, 35)", "dark": "rgb(236, 229, 219)"}[scheme]
    assert phone.faults() == []
    phone.shot(shots, f"moods-{language[:2]}-{scheme}-talk")

    phone.menu("#my-moods")
    sheet = phone.page.locator("#moods")
    expect(sheet.locator(".drawing svg")).to_be_visible()
    assert phone.faults() == []
    phone.shot(shots, f"moods-{language[:2]}-{scheme}-sheet")


def test_the_sheet_follows_what_is_told_meanwhile_and_the_span_that_is_chosen(phone):
    phone.welcome()
    phone.menu("#my-moods")
    told = phone.page.locator("#moods [data-told]")
    expect(told).to_contain_text("近 30 天还没有记过心情")

    message = {"text": "/mood 4", "client_id": "from-another-tab", "choice": True}
    phone.asks("/chat/messages", method="POST", body=message)

    expect(told).to_contain_text("近 30 天里记过一次心情")
    phone.page.check("#moods input[value='7']", force=True)
    expect(told).to_contain_text("近 7 天里记过一次心情")
    phone.page.click("#moods [data-order]")
    expect(phone.page.locator("#moods")).to_be_hidden()
    expect(phone.theirs.last).to_contain_text("现在感觉怎么样")


def test_a_change_of_the_theme_recolours_what_is_there(open_phone):
    phone = open_phone("zh-CN", "light")
    phone.welcome()
    phone.says("/mood chart")
    expect(phone.page.locator(".message.picture .drawing svg")).to_be_visible()
    before = colour(phone, ".message.picture .drawing .fill-text")

    phone.page.emulate_media(color_scheme="dark")

    expect(phone.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert colour(phone, ".message.picture .drawing .fill-text") != before


def test_without_the_picture_the_words_stand(open_phone):
    phone = open_phone("zh-CN", "light")
    phone.welcome()
    phone.page.route("**/chat/pictures/*", lambda route: route.abort())
    phone.page.route("**/chat/moods*", lambda route: route.abort())

    phone.says("/mood chart")

    expect(phone.theirs.last).to_contain_text("还没有记过心情")
    phone.menu("#my-moods")
    expect(phone.page.locator("#moods [data-failed]")).to_be_visible()
