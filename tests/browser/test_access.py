"""Everybody can use it: by keyboard, by ear, in large letters, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

THEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
SMALLEST_TARGET = 44  # pixels


@THEMES
def test_axe_finds_nothing_serious_in_the_first_questions(open_phone, scheme):
    phone = open_phone(scheme=scheme).open()
    assert phone.faults() == []

    phone.page.click("#welcome [data-step=notice] [data-next]")
    assert phone.faults() == []

    phone.page.click("[data-age=adult]")
    phone.page.set_checked("#consent-storage", checked=True)
    assert phone.faults() == []

    phone.page.click("#welcome [data-back]")
    phone.page.click("[data-age=under_min]")
    assert phone.faults() == []


@THEMES
def test_axe_finds_nothing_serious_in_the_talk(open_phone, scheme):
    phone = open_phone("en-GB", scheme).welcome()
    assert phone.faults() == []

    phone.talks("hello there")
    phone.menu("[data-command='/delete']")
    expect(phone.page.locator("#log button.choice")).to_have_count(2)
    assert phone.faults() == []

    phone.says("I want to kill myself")
    expect(phone.page.locator("#log .card")).to_be_visible()
    assert phone.faults() == []


@THEMES
def test_axe_finds_nothing_serious_in_what_lies_over_the_talk(open_phone, scheme):
    phone = open_phone(scheme=scheme).welcome()
    phone.page.click("#menu-button")
    assert phone.faults() == []

    phone.page.click("#clear")
    assert phone.faults() == []

    phone.page.click("#clear-ask [data-close]")
    phone.page.click(".bar [data-sos]")
    assert phone.faults() == []


@THEMES
def test_axe_finds_nothing_serious_when_things_go_wrong(open_phone, scheme):
    phone = open_phone(scheme=scheme).welcome()
    phone.talks("你好")
    phone.context.set_offline(True)
    phone.says("还在路上")
    expect(phone.status).not_to_be_empty()
    phone.text.fill("长" * 20_001)
    assert phone.faults() == []

    phone.page.evaluate("() => localStorage.setItem('nuanyu:token', 'no-such-token')")
    phone.context.set_offline(False)
    phone.page.reload()
    expect(phone.page.locator("#gone")).to_be_visible()
    assert phone.faults() == []


@THEMES
def test_axe_finds_nothing_serious_at_the_door(open_phone, scheme):
    assert open_phone(scheme=scheme).open("/").faults() == []


def _focus(phone):
    return phone.page.evaluate(
        "() => { const e = document.activeElement; return e.id || e.dataset.word || e.className; }"
    )


def test_the_keyboard_alone_is_enough_from_the_first_question_to_the_last_word(phone):
    phone.open()
    press = phone.page.keyboard.press
    assert _focus(phone) == "welcome-title"
    press("Tab")
    press("Enter")  # I see
    press("Tab")
    press("Enter")  # of age
    press("Tab")
    press("Space")  # the first switch
    assert phone.page.is_checked("#consent-storage")
    for _ in range(3):
        press("Tab")
    press("Enter")  # start
    assert _focus(phone) == "text"

    phone.page.keyboard.type("你好")
    press("Enter")
    expect(phone.theirs).to_have_count(1)

    phone.page.focus("#menu-button")
    press("Enter")
    expect(phone.page.locator("#menu-button")).to_have_attribute("aria-expanded", "true")
    press("Escape")
    assert _focus(phone) == "menu-button"
    expect(phone.page.locator("#menu")).to_be_hidden()
    press("Shift+Tab")
    press("Enter")  # the helplines
    expect(phone.page.locator("#sos")).to_be_visible()
    assert _focus(phone) == "sos-title"
    press("Escape")
    assert "sos" in _focus(phone)


def test_the_first_press_of_tab_leads_past_the_header(phone):
    phone.welcome()
    phone.talks("你好")
    phone.page.reload()
    expect(phone.theirs).to_have_count(1)

    phone.page.keyboard.press("Tab")

    skip = phone.page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    phone.page.keyboard.press("Enter")
    expect(phone.text).to_be_focused()


def test_focus_is_visible_wherever_it_is(phone):
    phone.welcome()
    phone.page.focus("#menu-button")
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Shift+Tab")

    style = phone.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")

    assert style != "none"


def test_everything_to_press_is_large_enough_for_a_thumb(phone):
    phone.open()
    small = """(smallest) => [...document.querySelectorAll("button, a, label.switch, textarea, .pick label")]
      .filter(e => e.checkVisibility() && !e.matches(".skip, .bubble *"))
      .map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
      .filter(([, box]) => box.width < smallest || box.height < smallest)
      .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    assert phone.page.evaluate(small, SMALLEST_TARGET) == []

    phone.welcome()
    phone.page.click("#menu-button")
    assert phone.page.evaluate(small, SMALLEST_TARGET) == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_out_of_the_page_even_in_the_largest_letters(open_phone, width):
    phone = open_phone("en-GB", viewport={"width": width, "height": 640}).welcome()
    phone.page.click("#menu-button")
    phone.page.locator("label", has=phone.page.locator("input[value=larger]")).click()
    phone.page.keyboard.press("Escape")
    phone.talks("a word as long as " + "no" * 80)

    wide = phone.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")

    assert not wide
    expect(phone.text).to_be_in_viewport()
    expect(phone.page.locator(".bar [data-sos]")).to_be_in_viewport()
    size = phone.page.evaluate("() => getComputedStyle(document.documentElement).fontSize")
    assert size == "21px"


def test_light_and_dark_follow_the_system_until_the_student_chooses(open_phone):
    phone = open_phone(scheme="dark").welcome()
    root = phone.page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")

    phone.page.click("#menu-button")
    phone.page.locator("label", has=phone.page.locator("input[value=light]")).click()
    expect(root).to_have_attribute("data-theme", "light")

    phone.page.reload()
    expect(root).to_have_attribute("data-theme", "light")


def test_who_wants_less_motion_gets_none(open_phone, model):
    phone = open_phone(reduced_motion="reduce").welcome()
    model.first_delay = 1.5
    phone.says("你好")
    expect(phone.page.locator("#growing .dots")).to_be_visible()

    assert phone.page.evaluate("() => document.getAnimations().length") == 0


def test_the_writing_box_stays_above_the_keyboard(phone):
    phone.welcome()

    phone.page.set_viewport_size({"width": 390, "height": 420})

    expect(phone.text).to_be_in_viewport(ratio=1)
    expect(phone.page.locator(".bar [data-sos]")).to_be_in_viewport(ratio=1)
