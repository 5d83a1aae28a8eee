"""The published protocol in a real browser: both languages, any width, on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
MAIN = "main:visible"


@SCHEMES
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_axe_finds_nothing_serious_in_the_protocol(open_phone, shots, scheme, language):
    phone = open_phone(language, scheme).open("/protocol")

    assert phone.faults() == []
    phone.page.screenshot(path=shots / f"protocol-{language}-{scheme}.png", full_page=True)


def test_it_is_one_press_away_from_the_front_page(phone):
    phone.open("/")

    phone.page.click("a[href='/protocol']")

    expect(phone.page.locator("main h1:visible")).to_have_text("危机处理规程")
    expect(phone.page).to_have_title("危机处理规程 · 测试大学")


def test_it_changes_its_language_and_remembers_it(phone):
    phone.open("/protocol")

    phone.page.click("[data-switch-language]")

    expect(phone.page.locator("main h1:visible")).to_have_text("Crisis protocol")
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    phone.page.reload()
    expect(phone.page.locator("main h1:visible")).to_have_text("Crisis protocol")


def test_it_says_that_nobody_is_alerted_where_nothing_is_configured(open_phone):
    phone = open_phone("en-GB").open("/protocol")

    missing = phone.page.locator(f"{MAIN} .missing")
    expect(missing.first).to_contain_text("Nobody is alerted at present")
    expect(missing.last).to_contain_text("No duty line of the university")
    expect(phone.page.locator(f"{MAIN} .ladder")).to_have_count(0)


def test_every_heading_of_the_contents_is_there(phone):
    phone.open("/protocol")

    for link in phone.page.locator(f"{MAIN} nav a").all():
        expect(phone.page.locator(link.get_attribute("href"))).to_have_text(link.text_content())


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_nothing_runs_out_of_the_page(open_phone, shots, width, language):
    phone = open_phone(language, viewport={"width": width, "height": 800}).open("/protocol")

    assert not phone.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    phone.page.screenshot(path=shots / f"protocol-{language}-{width}.png", full_page=True)


def test_everything_to_press_is_large_enough_for_a_thumb(phone):
    phone.open("/protocol")

    small = phone.page.evaluate(
        """() => [...document.querySelectorAll("a, button")].filter(e => e.checkVisibility())
          .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
          .filter(([, box]) => box.height < 40).map(([name, box]) => `${name} ${box.height}`)"""
    )

    assert small == []


@SCHEMES
def test_on_paper_it_is_black_on_white_without_buttons(open_phone, shots, scheme):
    phone = open_phone("zh-CN", scheme).open("/protocol")

    phone.page.emulate_media(media="print")

    expect(phone.page.locator("[data-switch-language]")).to_be_hidden()
    ground, ink = phone.page.evaluate(
        "() => { const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]; }"
    )
    assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    phone.page.pdf(path=shots / f"protocol-{scheme}.pdf", format="A4")


def test_without_scripts_it_can_be_read(open_phone):
    phone = open_phone("en-GB", java_script_enabled=False).open("/protocol")

    expect(phone.page.locator("main h1:visible")).to_have_text("Crisis protocol")
