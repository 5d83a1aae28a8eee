"""A scale and a page of the journal on the web page: from the menu to the end."""

from __future__ import annotations

from playwright.sync_api import expect


def press(phone, label):
    """Press a button of the talk, and wait for what it brings."""
    before = phone.theirs.count()
    phone.page.locator("#log button.choice", has_text=label).first.click()
    expect(phone.theirs).not_to_have_count(before)


def from_menu(phone, command):
    before = phone.theirs.count()
    phone.menu(f"[data-command='{command}']")
    expect(phone.theirs).not_to_have_count(before)


def test_a_scale_is_walked_through_from_the_menu_to_its_result(phone, shots):
    phone.welcome()
    from_menu(phone, "/scale")
    press(phone, "WHO-5")
    expect(phone.theirs.last).to_contain_text("世界卫生组织")
    press(phone, "开始")
    expect(phone.theirs.last).to_contain_text("我感觉快乐、心情舒畅")
    phone.shot(shots, "scale_question")
    assert phone.faults() == []

    press(phone, "有时候")
    press(phone, "上一题")
    for _ in range(4):
        press(phone, "少于一半的时间")
    press(phone, "从未有过")

    expect(phone.theirs.last).to_contain_text("WHO-5：32 分")
    expect(phone.theirs.last).to_contain_text("筛查，不是诊断")
    # What was pressed reads as its words, not as a command.
    assert "/scale" not in phone.page.locator("#log").inner_text()
    phone.shot(shots, "scale_result")
    press(phone, "再看细一点")
    expect(phone.theirs.last).to_contain_text("PHQ-9")


def test_a_page_is_written_read_and_gone_after_it_was_erased(open_phone, shots):
    phone = open_phone("en-GB")
    phone.welcome()
    from_menu(phone, "/journal")
    phone.talks("There is a jujube tree in the yard.")
    phone.talks("It is very old.")
    press(phone, "Done")
    press(phone, "Earlier pages")
    press(phone, "Page 1")
    expect(phone.theirs.last).to_contain_text("It is very old.")
    phone.shot(shots, "journal_page")

    press(phone, "Erase this page")
    press(phone, "Erase it")

    expect(phone.theirs.last).to_contain_text("Erased")
    assert not any("jujube" in text for _, text in phone.lines())
    phone.page.reload()
    expect(phone.theirs.last).to_contain_text("Erased")
    assert "jujube" not in phone.page.locator("#log").inner_text()
