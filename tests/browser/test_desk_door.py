"""The way into the desk in a real browser: on a small phone at night and on an old campus PC."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from companion.language import Language
from companion.staff.people import ChannelKind, Role
from tests.browser.phone import Phone
from tests.fakes.campus import FakeCampus
from tests.fakes.desk_server import served
from tests.fakes.desk_visitor import PASSWORD, SECRET, account, later, pyotp

SMALL, PC = {"width": 360, "height": 640}, {"width": 1280, "height": 800}
THEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
SMALLEST_TARGET = 44  # pixels


class Desk:
    """The desk's address, and the rows behind it."""

    def __init__(self, campus, url, browser):
        self.campus, self.url, self._browser = campus, url, browser
        self.phones = []

    def opens(self, *, size=SMALL, scheme="light", language="zh-CN", **options):
        """Take up a phone, or sit down at a PC."""
        usual = {"viewport": size, "color_scheme": scheme, "locale": language}
        context = self._browser.new_context(**usual | {"reduced_motion": "reduce"} | options)
        self.phones.append(Phone(context, self.url))
        return self.phones[-1]

    def signs_in(self, phone, login="li", *, to="/desk/account"):
        """Fill in the form as its bearer does."""
        phone.open(to)
        page = phone.page
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.fill("#code", pyotp.TOTP(SECRET).at(self.campus.clock.now()))
        page.click("main button[type=submit]")
        expect(page.locator("header .who")).to_contain_text("老师")
        return phone


@pytest.fixture
def desk(browser, tmp_path):
    campus = FakeCampus(tmp_path)
    with served(campus, tmp_path) as url:
        desk = Desk(campus, url, browser)
        yield desk
        for phone in desk.phones:
            phone.context.close()
    campus.close()
    assert [complaint for phone in desk.phones for complaint in phone.complaints] == []


def _too_small(page):
    return page.evaluate(
        """(smallest) => [...document.querySelectorAll("button, a, summary, label.tick, select, input")]
        .filter(e => e.offsetParent && e.type !== "hidden" && !e.closest(".tick > *")
            && !e.matches(".skip, p a, td a:not(.tap)"))
        .map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
        .filter(([, box]) => box.height < smallest)
        .map(([name, box]) => `${name} ${box.width}x${box.height}`)""",
        SMALLEST_TARGET - 0.5,
    )


def _runs_out(page):
    return page.evaluate("() => document.documentElement.scrollWidth > innerWidth")


# ------------------------------------------------------------ the way in


@THEMES
def test_a_counsellor_signs_in_on_a_small_phone(desk, scheme, shots):
    account(desk.campus, name="李老师", language=Language.ZH)
    phone = desk.opens(scheme=scheme).open("/desk/account")
    assert phone.faults() == []
    assert _too_small(phone.page) == []
    phone.shot(shots, f"desk-signin-{scheme}")

    phone.page.fill("#login", "li")
    phone.page.fill("#password", "wrong")
    phone.page.press("#password", "Enter")
    expect(phone.page.get_by_role("alert")).to_contain_text("账号、密码或验证码不对")
    assert phone.faults() == []
    phone.shot(shots, f"desk-signin-wrong-{scheme}")

    desk.signs_in(phone)
    assert phone.faults() == []
    assert _too_small(phone.page) == []
    assert not _runs_out(phone.page)
    phone.shot(shots, f"desk-account-{scheme}")


def test_a_new_account_is_set_up_with_an_app_on_the_same_phone(desk, shots):
    account(desk.campus, name="李老师", language=Language.ZH, once=True, secret=None)
    phone = desk.opens(scheme="dark").open("/desk")
    page = phone.page
    page.fill("#login", "li")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    expect(page.locator("h2")).to_have_text("设置自己的密码")
    assert phone.faults() == []
    phone.shot(shots, "desk-setup-password")

    page.fill("#password", "七只灰雁在黄昏飞过湖面上空")
    page.fill("#again", "七只灰雁在黄昏飞过湖面上空")
    page.click("main button[type=submit]")
    expect(page.locator(".qr svg")).to_be_visible()
    assert phone.faults() == []
    assert not _runs_out(page)
    phone.shot(shots, "desk-setup-factor")

    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.fill("#new-code", pyotp.TOTP(secret).at(desk.campus.clock.now()))
    page.click("main button[type=submit]")
    expect(page.locator("header .duty")).to_be_visible()


def test_the_keyboard_alone_is_enough_and_the_first_tab_leads_past_the_header(desk):
    account(desk.campus, name="李老师", language=Language.ZH)
    phone = desk.opens(size=PC).open("/desk/account")
    press = phone.page.keyboard.press
    expect(phone.page.locator("#login")).to_be_focused()
    phone.page.keyboard.type("li")
    press("Tab")
    phone.page.keyboard.type(PASSWORD)
    press("Tab")
    phone.page.keyboard.type(pyotp.TOTP(SECRET).at(desk.campus.clock.now()))
    press("Enter")
    expect(phone.page.locator("h1")).to_have_text("我的账号")

    press("Tab")
    expect(phone.page.locator(".skip")).to_be_focused()
    expect(phone.page.locator(".skip")).to_be_in_viewport()
    press("Enter")
    expect(phone.page.locator("#main")).to_be_focused()


# ------------------------------------------------------------ the frame


def test_the_header_says_who_is_on_duty_and_switches_language(desk, shots):
    account(desk.campus, name="李老师", role=Role.SUPERVISOR, language=Language.ZH)
    phone = desk.signs_in(desk.opens())
    duty = phone.page.locator("header .duty")
    expect(duty).to_have_text("不在岗")

    duty.click()
    expect(duty).to_have_text("在岗")
    expect(duty).to_have_attribute("aria-pressed", "true")
    assert phone.faults() == []
    phone.page.get_by_role("button", name="English").click()
    expect(duty).to_have_text("On duty")
    expect(phone.page.locator("h1")).to_have_text("My account")
    assert not _runs_out(phone.page)
    phone.shot(shots, "desk-account-en-phone")

    phone.page.get_by_role("button", name="Sign out").click()
    expect(phone.page.locator("h1")).to_have_text("Sign in")


@THEMES
def test_the_account_page_tells_how_somebody_is_reached(desk, scheme, shots):
    staff = account(desk.campus, name="李老师", language=Language.EN)
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        tx.members.add_channel(staff.id, ChannelKind.EMAIL, "li@example.edu", now=now)
        tx.members.add_channel(staff.id, ChannelKind.WECOM, "693a91f6-7xxx-4bc4", now=now)
    phone = desk.signs_in(desk.opens(size=PC, scheme=scheme))
    phone.page.click("#change-factor summary")
    phone.page.click("#change-password summary")

    expect(phone.page.locator(".cards li")).to_have_count(2)
    assert phone.faults() == []
    assert _too_small(phone.page) == []
    phone.page.screenshot(path=shots / f"desk-account-pc-{scheme}.png", full_page=True)


@THEMES
@pytest.mark.parametrize("size", [SMALL, PC], ids=["phone", "pc"])
def test_an_administrator_adds_somebody_and_hands_over_the_password(desk, scheme, size, shots):
    account(desk.campus, name="周老师", role=Role.ADMIN, language=Language.ZH)
    account(desk.campus, "wang", name="王老师", language=Language.ZH)
    account(desk.campus, "zhao", name="赵老师", once=True, language=Language.ZH)
    phone = desk.signs_in(desk.opens(size=size, scheme=scheme), to="/desk/accounts")
    kind = f"{size['width']}-{scheme}"
    assert phone.faults() == []
    assert _too_small(phone.page) == []
    assert not _runs_out(phone.page)
    phone.page.screenshot(path=shots / f"desk-accounts-{kind}.png", full_page=True)

    phone.page.fill("#login", "chen@example.edu")
    phone.page.fill("#name", "陈老师")
    phone.page.get_by_role("button", name="添加账号").click()
    expect(phone.page.locator("#once-password")).to_have_text(re.compile(r"^(\w{4}-){3}\w{4}$"))
    assert phone.faults() == []
    assert not _runs_out(phone.page)
    phone.page.screenshot(path=shots / f"desk-account-of-{kind}.png", full_page=True)


@THEMES
@pytest.mark.parametrize("size", [SMALL, PC], ids=["phone", "pc"])
def test_the_audit_log_can_be_read_on_every_screen(desk, scheme, size, shots):
    staff = account(desk.campus, name="孙老师", role=Role.AUDITOR, language=Language.EN)
    with desk.campus.store.transaction() as tx:
        for action, reason in (
            ("case.claim", None),
            ("talk.read", "The student asked me to look at what was said on Sunday."),
            ("case.level", None),
            ("something.new", None),
        ):
            later(desk.campus, minutes=3)
            tx.audit.add(
                actor=str(staff.id),
                action=action,
                now=desk.campus.clock.now(),
                case_id=staff.id,
                student_id=staff.id,
                detail={"from": "high", "to": "moderate"} if action == "case.level" else None,
                reason=reason,
            )
    phone = desk.signs_in(desk.opens(size=size, scheme=scheme), to="/desk/audit")

    expect(phone.page.locator("tbody tr")).to_have_count(5)
    expect(phone.page.locator(".tone-good").first).to_contain_text("unbroken")
    assert phone.faults() == []
    assert not _runs_out(phone.page)
    phone.page.screenshot(path=shots / f"desk-audit-{size['width']}-{scheme}.png", full_page=True)


@THEMES
def test_what_goes_wrong_is_told_plainly(desk, scheme, shots):
    account(desk.campus, name="李老师", language=Language.ZH)
    phone = desk.signs_in(desk.opens(scheme=scheme))

    phone.open("/desk/accounts")
    expect(phone.page.locator("h1")).to_have_text("没有权限")
    assert phone.faults() == []
    phone.shot(shots, f"desk-403-{scheme}")
    phone.open("/desk/nowhere")
    expect(phone.page.locator("h1")).to_have_text("没有找到")
    assert phone.faults() == []


@pytest.mark.parametrize("width", [320, 360, 768])
def test_nothing_runs_out_of_the_page_with_large_letters(desk, width):
    account(desk.campus, name="李老师", role=Role.SUPERVISOR, language=Language.EN)
    phone = desk.signs_in(desk.opens(size={"width": width, "height": 640}, language="en-GB"))
    phone.page.evaluate("() => document.documentElement.style.setProperty('font-size', '150%')")

    assert not _runs_out(phone.page)
