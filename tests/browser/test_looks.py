"""How it looks: pictures for people to judge, taken of a whole first talk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
TALKS = {
    "zh-CN": (
        "最近论文压力好大，晚上老是睡不着",
        "论文和睡眠搅在一起，难怪这么累。今晚最放不下的是哪一件？",
        "我不想活了",
    ),
    "en-GB": (
        "My thesis is due and I can't sleep",
        "No wonder you're worn out. What is on your mind most tonight?",
        "I want to kill myself",
    ),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", TALKS)
def test_a_first_talk_in_pictures(open_phone, model, shots, language, size, scheme):
    words, answer, danger = TALKS[language]
    model.answers(answer)
    phone = open_phone(language, scheme, viewport=SIZES[size], reduced_motion="no-preference")
    name = f"{size}-{language[:2]}-{scheme}"
    pictures = [
        phone.open("/").shot(shots, f"{name}-0-door"),
        phone.open().shot(shots, f"{name}-1-notice"),
    ]
    phone.page.click("#welcome [data-step=notice] [data-next]")
    pictures.append(phone.shot(shots, f"{name}-2-age"))
    phone.page.click("[data-age=adult]")
    phone.page.set_checked("#consent-storage", checked=True)
    pictures.append(phone.shot(shots, f"{name}-3-consent"))
    phone.page.click("[data-step=consent] [data-next]")
    pictures.append(phone.shot(shots, f"{name}-4-greeting"))
    assert phone.talks(words) == answer
    pictures.append(phone.shot(shots, f"{name}-5-talk"))
    phone.page.click("#menu-button")
    pictures.append(phone.shot(shots, f"{name}-6-menu"))
    phone.page.keyboard.press("Escape")
    phone.says(danger)
    expect(phone.page.locator("#log .card")).to_be_visible()
    pictures.append(phone.shot(shots, f"{name}-7-card"))
    phone.page.click(".bar [data-sos]")
    pictures.append(phone.shot(shots, f"{name}-8-sos"))

    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
