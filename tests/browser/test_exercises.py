"""An exercise on the page: chosen from the menu, breathed with a circle, rated."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

SCALE = "() => new DOMMatrix(getComputedStyle(document.querySelector('.pace-circle')).transform).a"


def press(phone, label):
    """Press a button of the talk, and wait for what it brings."""
    before = phone.theirs.count()
    phone.page.locator("#log button.choice", has_text=label).first.click()
    expect(phone.theirs).not_to_have_count(before)


def come_to_the_timer(phone, *, start, way, go_on, number="7"):
    phone.talks("/exercise box-breathing")
    press(phone, start)
    press(phone, number)
    press(phone, go_on)
    press(phone, way)


ZH = {"start": "开始", "way": "方块：四段都四秒", "go_on": "继续"}
EN = {"start": "Begin", "way": "The square, four by four", "go_on": "Go on"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_circle_breathes_with_the_student_and_the_exercise_goes_on_by_itself(
    open_phone, shots, scheme
):
    phone = open_phone(scheme=scheme, reduced_motion="no-preference")
    phone.page.clock.install()
    phone.welcome()
    come_to_the_timer(phone, **ZH)
    expect(phone.theirs.last).to_contain_text("吸气 4 秒、停一停 4 秒、呼气 4 秒")

    phone.page.locator("button.choice", has_text="开始").click()

    expect(phone.page.locator(".pace-label")).to_have_text("准备一下")
    small = phone.page.evaluate(SCALE)
    phone.page.clock.run_for(6_800)
    expect(phone.page.locator(".pace-label")).to_have_text("吸气，4 秒")
    phone.settle()
    assert small < 0.6
    assert phone.page.evaluate(SCALE) > 0.9
    expect(phone.page.locator("header.bar")).to_be_in_viewport()
    phone.page.screenshot(path=shots / f"pace_{scheme}.png")
    phone.page.clock.run_for(5_000)
    expect(phone.page.locator(".pace-label")).to_have_text("停一停，4 秒")
    phone.page.clock.run_for(60_000)

    expect(phone.page.locator(".pace")).to_have_count(0)
    expect(phone.theirs.last).to_contain_text("现在身体有多慌")
    press(phone, "4")
    expect(phone.theirs.last).to_contain_text("做之前 7，做之后 4")
    phone.page.screenshot(path=shots / f"rated_{scheme}.png")
    press(phone, "有一点")
    expect(phone.theirs.last).to_contain_text("有一点也算")


def test_without_motion_the_circle_stands_still_and_the_words_still_count(open_phone, shots):
    phone = open_phone("en-GB")
    phone.page.clock.install()
    phone.welcome()
    come_to_the_timer(phone, **EN)

    phone.page.locator("button.choice", has_text="Start").click()
    phone.page.clock.run_for(3_400)

    label = phone.page.locator(".pace-label")
    expect(label).to_have_text("Breathe in, 4 seconds")
    expect(label).to_have_attribute("role", "status")
    expect(phone.page.locator(".pace-count")).to_have_text("4")
    assert phone.page.evaluate(SCALE) == pytest.approx(0.8)
    assert phone.page.locator(".pace-circle").evaluate(
        "e => getComputedStyle(e).transitionDuration"
    ) in {"0s", ""}
    assert phone.faults() == []
    phone.shot(shots, "pace_still")


def test_a_timer_can_be_stopped_and_begun_again(phone):
    phone.welcome()
    come_to_the_timer(phone, **ZH)
    begin = phone.page.locator("button.choice", has_text="开始")
    begin.click()
    expect(begin).to_be_hidden()

    phone.page.locator(".pace button").click()

    expect(phone.page.locator(".pace")).to_have_count(0)
    expect(begin).to_be_focused()
    begin.click()
    expect(phone.page.locator(".pace")).to_be_visible()
    press(phone, "跳过")
    expect(phone.page.locator(".pace")).to_have_count(0)


def test_an_exercise_is_found_in_the_menu_by_a_need(phone, shots):
    phone.welcome()

    phone.menu("[data-command='/exercise']")

    expect(phone.theirs.last).to_contain_text("想照顾哪一块" if not _is_late(phone) else "这么晚了")
    phone.shot(shots, "needs")
    press(phone, "睡不着")
    expect(phone.page.locator("#log button.choice", has_text="分钟")).to_have_count(5)
    phone.shot(shots, "list")


def test_after_a_reload_the_step_that_waits_is_still_there(phone):
    phone.welcome()
    come_to_the_timer(phone, **ZH)

    phone.page.reload()

    phone.page.locator("button.choice", has_text="开始").click()
    expect(phone.page.locator(".pace-label")).to_be_visible()


def test_a_game_is_played_with_its_buttons(phone, shots):
    phone.welcome()
    phone.menu("[data-command='/game']")
    press(phone, "找找思维陷阱")
    expect(phone.theirs.last).to_contain_text("1 / 5")

    phone.page.locator("#log button.choice").first.click()

    expect(phone.theirs.last).to_contain_text("2 / 5")
    phone.shot(shots, "game")


def _is_late(phone):
    return "这么晚了" in phone.theirs.last.inner_text()
