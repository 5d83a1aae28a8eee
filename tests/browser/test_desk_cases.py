"""The queue and the page of a case in a real browser: what a counsellor sees at three at night."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from bot.desk.door import COOKIE
from companion.flows import case_work
from companion.flows.relay import close_relay
from companion.language import Language
from companion.risk import Kind, Level, Subject
from companion.staff.cases import FalseAlarm, Outcome
from companion.staff.people import ChannelKind, Role
from companion.store import PageDraft, PageReason, PageState
from infra.store.tables import metadata
from tests.browser.phone import Phone
from tests.fakes.campus import FakeCampus
from tests.fakes.desk import FakeDesk
from tests.fakes.desk_server import served

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
SMALLEST_TARGET = 44  # pixels
#: Pages with all their looks, on a machine that has other things to do (seconds).
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def served_campus(browser, tmp_path_factory):
    # After the browser: where there is none, nothing needs to be started.
    folder = tmp_path_factory.mktemp("desk")
    campus = FakeCampus(folder)
    with served(campus, folder) as url:
        yield campus, url
    campus.close()


@pytest.fixture
def desk(served_campus):
    """A desk on which nothing lies yet."""
    campus, url = served_campus
    with campus.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "system_keys":
                connection.execute(table.delete())
    return FakeDesk(campus, url=url)


@pytest.fixture
def at_desk(browser, desk):
    """Sit somebody down at the desk; at the end no page may have complained."""
    phones = []

    def at_desk(staff, *, size="phone", scheme="light", **options):
        language = "zh-CN" if staff.language is Language.ZH else "en-GB"
        usual = {"viewport": SIZES[size], "locale": language, "color_scheme": scheme}
        context = browser.new_context(**usual | {"reduced_motion": "reduce"} | options)
        session = desk.signed_in(staff)
        context.add_cookies([{"name": COOKIE, "value": session.token, "url": f"{desk.url}/desk"}])
        phones.append(Phone(context, desk.url))
        return phones[-1]

    yield at_desk
    for phone in phones:
        phone.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


@pytest.fixture
def li(desk):
    return desk.staff("李老师")


def page_to(desk, case, staff, state, *, kind=ChannelKind.TELEGRAM, reason=None, rung=1):
    """Let a page have been sent, or not, half a minute ago."""
    now = desk.campus.clock.now() - timedelta(seconds=30)
    with desk.campus.store.transaction() as tx:
        draft = PageDraft(
            staff_id=staff and staff.id,
            channel_id=uuid4() if staff else None,
            kind=kind,
            rung=rung,
            level=case.level,
            why=PageReason.RISEN,
            dedupe=str(uuid4()),
        )
        page_id = tx.pages.add(case.id, draft, now=now)
        tx.pages.claim(page_id, now=now, until=now + timedelta(minutes=1))
        tx.pages.settle(page_id, state, reason=reason, now=now)
        if state is PageState.SENT:
            tx.cases.notified(case.id, now=now)


NIGHT = {
    Language.ZH: {
        "names": ("李老师", "王老师", "陈督导"),
        "top": ("在吗", "我睡不着，也不知道找谁说", "我不想活了，今晚就结束"),
        "friend": "室友说他不想活了",
        "mine": "我又开始伤害自己了",
        "asked": "我想找真人",
        "old": "哈哈笑死我了",
        "hello": "你好，我是值班的李老师。你现在在哪里？",
        "where": "我在图书馆楼顶，风好大",
        "risk": "有计划，今晚；没有喝酒",
        "told": "02:10 保卫处已出发",
        "reason": "需要知道在哪栋楼",
        "saved": "我会一直在线，等同事到你身边。",
    },
    Language.EN: {
        "names": ("Ms Li", "Mr Wang", "Dr Chen"),
        "top": ("Are you there?", "I cannot sleep and there is nobody", "I want to die, tonight"),
        "friend": "my roommate says he wants to die",
        "mine": "I hurt myself again",
        "asked": "can I talk to a person",
        "old": "dying of laughter",
        "hello": "Hello, this is Ms Li, on duty tonight. Where are you now?",
        "where": "on top of the library, it is windy",
        "risk": "Plan for tonight; has not been drinking",
        "told": "02:10 campus security is on the way",
        "reason": "to find out which building",
        "saved": "I stay here until my colleague is with you.",
    },
}


def a_night(desk, language):
    """Make a queue as it is on a bad night; returns the one at the desk, and its cases by name."""
    said = NIGHT[language]
    li, wang = (desk.staff(name, language=language) for name in said["names"][:2])
    desk.staff(said["names"][2], Role.SUPERVISOR, language)
    desk.on_duty(li)
    services = desk.campus.services
    top = desk.case(*said["top"], level=Level.IMMINENT, sender="a", minutes_ago=2.2)
    page_to(desk, top, li, PageState.SENT)
    page_to(desk, top, wang, PageState.FAILED, kind=ChannelKind.EMAIL, reason="refused", rung=2)
    late = desk.case(said["friend"], sender="b", minutes_ago=17, subject=Subject.OTHER)
    page_to(desk, late, None, PageState.SENT)
    kinds = (Kind.SELF_HARM, Kind.DISTRESS)
    mine = desk.case(said["mine"], sender="c", minutes_ago=9, kinds=kinds)
    case_work.claim(mine.id, staff=li, services=services)
    desk.case(said["asked"], level=Level.MODERATE, sender="d", minutes_ago=4, asked_for=True)
    old = desk.case(said["old"], level=Level.MODERATE, sender="e", minutes_ago=200)
    case_work.claim(old.id, staff=wang, services=services)
    why = FalseAlarm.IDIOM
    case_work.close(old.id, staff=wang, outcome=Outcome.FALSE_ALARM, why=why, services=services)
    return li, {"top": top, "late": late, "mine": mine}


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [
        (Language.ZH, "phone", "light"),
        (Language.ZH, "desktop", "dark"),
        (Language.EN, "phone", "dark"),
        (Language.EN, "desktop", "light"),
    ],
)
def test_a_night_at_the_desk_in_pictures(desk, at_desk, shots, language, size, scheme):
    li, cases = a_night(desk, language)
    said, home = NIGHT[language], f"/desk/cases/{cases['top'].number}"
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        tx.saved_replies.add(said["saved"], language=language, staff_id=li.id, now=now)
    phone = at_desk(li, size=size, scheme=scheme)
    page, name = phone.page, f"desk-{size}-{language}-{scheme}"

    def shot(what):
        assert phone.faults() == []
        wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
        assert not wide
        page.screenshot(path=shots / f"{name}-{what}.png", full_page=True)

    phone.open("/desk")
    shot("1-queue")
    phone.open(home)
    shot("2-case")
    page.click(".next button")
    page.click("#talk button.strong")
    page.fill("#say", said["hello"])
    page.click(".say button.strong")
    expect(page.locator("#talk-log .line")).to_have_count(1)
    desk.campus.run()
    desk.campus.arrives(said["where"], sender="a")
    desk.campus.run()
    expect(page.locator("#talk-log .line.theirs")).to_have_count(1)
    page.click("#new-note summary")
    page.fill("#note-risk", said["risk"])
    page.fill("#note-told", said["told"])
    expect(page.locator("[data-kept-sign]").first).not_to_be_empty()
    page.click("#replies summary")
    shot("3-talk")
    page.click("#new-note button.strong")
    page.click("#hand-on summary")
    page.click("#read-more summary")
    page.click("#timeline summary")
    shot("4-signed")
    page.fill("#read-reason", said["reason"])
    page.click(".glass button")
    shot("5-reading")
    phone.open("/desk/replies")
    shot("6-replies")
    phone.open(f"/desk/cases/{cases['late'].number}")
    for _ in range(3):
        page.click(".next button")
    page.select_option("#outcome", "false_alarm")
    shot("7-closing")
    page.select_option("#why", "idiom")
    page.click(".close-form button")
    shot("8-closed")


# ------------------------------------------------------------ live


def test_a_case_arrives_while_the_page_is_open(desk, at_desk, li):
    phone = at_desk(li).open("/desk")
    expect(phone.page.locator(".empty")).to_be_visible()
    expect(phone.page).to_have_title("个案队列 · 值班台")

    case = desk.case(level=Level.IMMINENT)

    expect(phone.page.locator(".case-row")).to_have_count(1)
    expect(phone.page).to_have_title("(1) 个案队列 · 值班台")
    expect(phone.page.locator("#live-said")).to_have_text(f"新个案 {case.number}，级别：紧急")
    assert phone.faults() == []


def test_the_clock_turns_amber_and_red_by_itself(desk, at_desk, li):
    case = desk.case(level=Level.IMMINENT)
    phone = at_desk(li).open("/desk")
    dial = phone.page.locator(".dial")
    expect(dial).to_have_text("请在 2 分钟 内认领")
    expect(dial).to_have_class("dial tone-fine")

    def later(**span):
        at = (desk.campus.clock.now() + timedelta(**span)).isoformat()
        phone.page.evaluate("at => document.querySelector('[data-clock]').dataset.clock = at", at)

    later(minutes=2, seconds=30)
    expect(dial).to_have_class("dial tone-soon")
    later(minutes=6, seconds=5)
    expect(dial).to_have_class("dial tone-late")
    expect(dial).to_have_text("认领已超时 3 分钟")
    assert phone.faults() == []
    assert desk.again(case).owner_id is None


def test_what_a_colleague_does_is_seen_at_once(desk, at_desk, li):
    case, wang = desk.case(), desk.staff("王老师")
    phone = at_desk(li).open(f"/desk/cases/{case.number}")
    expect(phone.page.locator(".next button")).to_have_text("认领这个个案")

    case_work.claim(case.id, staff=wang, services=desk.campus.services)

    expect(phone.page.locator(".next")).to_contain_text("由 王老师 负责")
    expect(phone.page.locator("#talk")).to_contain_text("只有负责人能接通对话")
    expect(phone.page.locator("#changed")).to_be_hidden()


def test_the_talk_goes_on_live_and_its_end_is_seen(desk, at_desk, li):
    case = desk.case()
    case_work.claim(case.id, staff=li, services=desk.campus.services)
    phone = at_desk(li).open(f"/desk/cases/{case.number}")
    phone.page.click("#talk button.strong")
    phone.page.fill("#say", "听得到吗？")
    phone.page.press("#say", "Control+Enter")
    expect(phone.page.locator("#talk-log .ours .line-text")).to_have_text("听得到吗？")
    expect(phone.page.locator("#say")).to_have_value("")

    desk.campus.run()
    expect(phone.page.locator("#talk-log .ours .line-state")).to_have_text("已送达平台")
    phone.page.fill("#say", "我还在写")
    desk.campus.arrives("听得到")
    desk.campus.run()

    expect(phone.page.locator("#talk-log .theirs .line-text")).to_have_text("听得到")
    expect(phone.page.locator("#say")).to_have_value("我还在写")
    close_relay(case.id, staff=li, services=desk.campus.services)
    expect(phone.page.locator("#changed")).to_be_visible()


def test_nothing_typed_is_lost_on_reload_and_it_stays_in_this_tab(desk, at_desk, li):
    case = desk.case()
    case_work.claim(case.id, staff=li, services=desk.campus.services)
    phone = at_desk(li).open(f"/desk/cases/{case.number}")
    phone.page.click("#talk button.strong")
    phone.page.fill("#say", "还没写完的一句")
    phone.page.click("#new-note summary")
    phone.page.fill("#note-risk", "还没写完的笔记")
    expect(phone.page.locator("[data-kept-sign]")).to_have_text("草稿已自动保存")

    phone.page.reload()

    expect(phone.page.locator("#say")).to_have_value("还没写完的一句")
    expect(phone.page.locator("#note-risk")).to_have_value("还没写完的笔记")
    assert "还没写完" not in str(phone.page.evaluate("() => ({...localStorage})"))


def test_a_line_that_did_not_leave_stays_in_the_box(desk, at_desk, li):
    case = desk.case()
    case_work.claim(case.id, staff=li, services=desk.campus.services)
    phone = at_desk(li).open(f"/desk/cases/{case.number}")
    phone.page.click("#talk button.strong")
    phone.page.fill("#say", "发不出去的话")
    phone.context.set_offline(True)
    phone.page.click(".say button.strong")

    expect(phone.page.locator("[data-say-state]")).to_contain_text("没有发出去")
    expect(phone.page.locator("#say")).to_have_value("发不出去的话")
    phone.context.set_offline(False)
    phone.page.click(".say button.strong")
    expect(phone.page.locator("#talk-log .line")).to_have_count(1)


# ------------------------------------------------------------ for everybody


def test_the_keyboard_alone_claims_a_case(desk, at_desk, li):
    case = desk.case()
    phone = at_desk(li, size="desktop").open("/desk")
    link = phone.page.locator(".case-link")
    for _ in range(30):
        phone.page.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Enter")

    expect(phone.page.locator("#said")).to_have_text("已由你认领。")
    assert desk.again(case).owner_id == li.id


def test_it_works_without_scripts(desk, at_desk, li):
    case = desk.case()
    phone = at_desk(li, java_script_enabled=False).open("/desk")
    phone.page.click(".case-claim button")
    expect(phone.page.locator("#said")).to_have_text("已由你认领。")
    phone.page.click("#talk button.strong")
    phone.page.fill("#say", "没有脚本也能说")
    phone.page.click(".say button.strong")

    expect(phone.page.locator("#talk-log .line-text")).to_have_text("没有脚本也能说")
    assert desk.again(case).owner_id == li.id


def test_everything_to_press_is_large_enough_for_a_thumb(desk, at_desk):
    li, cases = a_night(desk, Language.ZH)
    phone = at_desk(li).open("/desk")
    small = """(smallest) => [...document.querySelectorAll("main button, main summary, main select, main input, main textarea, .back a")]
      .filter(e => e.checkVisibility() && e.type !== "hidden")
      .map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
      .filter(([, box]) => box.height < smallest)
      .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    assert phone.page.evaluate(small, SMALLEST_TARGET) == []

    phone.open(f"/desk/cases/{cases['mine'].number}")
    assert phone.page.evaluate(small, SMALLEST_TARGET) == []


@pytest.mark.parametrize(
    "text",
    [
        "长" * 4000,
        "no" * 2000,
        "\u202eesrever \u2067אבג\u2069 וגם",
        "<b>bold</b><script>x()</script>",
    ],
    ids=["chinese", "one word", "right to left", "html"],
)
def test_no_text_of_a_student_breaks_the_page(desk, at_desk, li, text):
    case = desk.case(text)
    phone = at_desk(li, viewport={"width": 320, "height": 640})

    phone.open(f"/desk/cases/{case.number}")

    expect(phone.page.locator(".is-trigger .line-text")).to_have_text(text)
    assert not phone.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    assert phone.faults() == []
