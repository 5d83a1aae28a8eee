"""The desk's pages hear of everything at once, and nothing is taken from under the reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.desk import events
from bot.desk.door import COOKIE
from companion.flows import case_work
from companion.risk import Level
from companion.staff.follow_ups import TaskKind
from infra.queue import RedisBell
from infra.store.tables import metadata
from tests.browser.phone import Phone
from tests.fakes.campus import FakeCampus
from tests.fakes.desk import FakeDesk
from tests.fakes.desk_server import served
from tests.fakes.redis_server import redis_server

SMALL = {"width": 390, "height": 500}
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def redis():
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def pushed_campus(browser, redis, tmp_path_factory):
    # After the browser: where there is none, nothing needs to be started.
    folder = tmp_path_factory.mktemp("live")
    campus = FakeCampus(folder, bell=RedisBell(redis.url))
    with served(campus, folder, redis_url=redis.url) as url:
        yield campus, url
    campus.close()


@pytest.fixture
def desk(pushed_campus, monkeypatch):
    """A desk whose pages look by themselves once in an hour: what they show was pushed."""
    monkeypatch.setattr(events, "_LOOK_STEP", 3600.0)
    campus, url = pushed_campus
    with campus.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "system_keys":
                connection.execute(table.delete())
    return FakeDesk(campus, url=url)


@pytest.fixture
def li(desk):
    return desk.staff("李老师")


@pytest.fixture
def at_desk(browser, desk, li):
    phones = []

    def at_desk(path, **options):
        usual = {"locale": "zh-CN", "reduced_motion": "reduce"}
        context = browser.new_context(**usual | options)
        session = desk.signed_in(li)
        context.add_cookies([{"name": COOKIE, "value": session.token, "url": f"{desk.url}/desk"}])
        phones.append(Phone(context, desk.url).open(path))
        expect(phones[-1].page.locator("[data-live-state]")).to_have_text("实时更新")
        return phones[-1].page

    yield at_desk
    for phone in phones:
        phone.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


def test_cases_claims_and_talks_are_pushed(desk, at_desk, li):
    queue = at_desk("/desk")
    case = desk.case("救救我")
    expect(queue.locator(".case-row")).to_have_count(1)
    expect(queue.locator("#nav-waiting .count")).to_have_text("1")
    page = at_desk(f"/desk/cases/{case.number}")

    case_work.claim(case.id, staff=li, services=desk.campus.services)

    expect(queue.locator("#nav-waiting")).to_be_hidden()
    expect(page.locator(".next button")).to_have_text("已联系上学生")
    page.click("#talk button.strong")
    page.fill("#say", "我在")
    page.press("#say", "Control+Enter")
    expect(page.locator("#talk-log .ours .line-text")).to_have_text("我在")
    desk.campus.run()
    expect(page.locator("#talk-log .ours .line-state")).to_have_text("已送达平台")
    desk.campus.arrives("谢谢")
    desk.campus.run()
    expect(page.locator("#talk-log .theirs .line-text")).to_have_text("谢谢")


def test_a_case_page_hears_of_the_alarm_of_somebody_else(desk, at_desk):
    case = desk.case("救救我")
    page = at_desk(f"/desk/cases/{case.number}")
    expect(page.locator("#nav-waiting .count")).to_have_text("1")

    desk.case("我也是", sender="u2", level=Level.IMMINENT)

    expect(page.locator("#nav-waiting .count")).to_have_text("2")
    expect(page.locator("#live-said")).to_have_text("又有个案在等人认领。")


def test_any_other_page_hears_of_it_as_well(desk, at_desk, li):
    page = at_desk("/desk")
    page.goto(f"{desk.url}/desk/account")
    desk.case("救救我")

    expect(page.locator("#nav-waiting .count")).to_have_text("1")


def test_the_reader_keeps_focus_and_place_when_a_case_comes_in(desk, at_desk):
    for number in range(6):
        desk.case(f"第{number}句", sender=f"s{number}", minutes_ago=60 - number)
    page = at_desk("/desk", viewport=SMALL)
    top = "name => document.getElementById(name).getBoundingClientRect().top"
    name = page.locator(".case-claim button").nth(4).get_attribute("id")
    page.focus(f"#{name}")
    before = page.evaluate(top, name)

    desk.case("最急的", sender="top", level=Level.IMMINENT)

    expect(page.locator(".case-row")).to_have_count(7)
    assert page.evaluate("() => document.activeElement.id") == name
    assert abs(page.evaluate(top, name) - before) < 2


def test_a_half_written_note_stays_while_the_case_changes_around_it(desk, at_desk, li):
    case = desk.case("救救我")
    page = at_desk(f"/desk/cases/{case.number}")
    page.click("#new-note summary")
    page.fill("#note-risk", "写到一半")
    page.focus("#note-risk")

    with desk.campus.store.transaction() as tx:
        tx.aftercare.tasks.add(case.id, TaskKind.CONTACT, now=desk.campus.clock.now())
    case_work.claim(case.id, staff=desk.staff("王老师"), services=desk.campus.services)

    expect(page.locator(".next")).to_contain_text("由 王老师 负责")
    expect(page.locator(".tasks")).to_contain_text("紧急联系人没能自动通知到")
    expect(page.locator("#talk")).to_contain_text("只有负责人能接通对话")
    expect(page.locator("#note-risk")).to_have_value("写到一半")
    expect(page.locator("#note-risk")).to_be_focused()
    expect(page.locator("#changed")).to_be_hidden()


def test_a_new_alarm_shows_its_grounds_at_once_and_offers_the_lines(desk, at_desk):
    case = desk.case("救救我", level=Level.MODERATE)
    page = at_desk(f"/desk/cases/{case.number}")

    desk.case("就是今晚", level=Level.IMMINENT)

    expect(page.locator(".fired")).to_have_count(2)
    expect(page.locator(".status")).to_contain_text("紧急")
    expect(page.locator("#changed")).to_be_visible()
    assert desk.actions(case).count("case.excerpt") == 1


def test_lines_that_come_while_one_holds_the_talk_are_no_news_to_ask_for(desk, at_desk, li):
    case = desk.case("救救我")
    case_work.claim(case.id, staff=li, services=desk.campus.services)
    page = at_desk(f"/desk/cases/{case.number}")
    page.click("#talk button.strong")
    expect(page.locator("#say")).to_be_visible()

    desk.case("就是今晚", level=Level.IMMINENT)

    expect(page.locator(".fired")).to_have_count(2)
    expect(page.locator("#changed")).to_be_hidden()


def test_without_the_bell_pages_look_by_themselves(desk, at_desk, redis):
    page = at_desk("/desk")
    redis.stop()
    try:
        desk.case("救救我")
        expect(page.locator(".case-row")).to_have_count(1)
    finally:
        redis.start()


def test_the_sound_button_says_what_is_true_and_remembers_the_wish(at_desk):
    page = at_desk("/desk")
    button = page.locator("[data-sound]")
    expect(button).to_have_text("开启声音")
    button.click()
    expect(button).to_have_text("声音已开")

    # A new page of the same browser may not sound before it was pressed.
    page.context.add_init_script("""
      let allowed = false;
      addEventListener("pointerdown", () => (allowed = true), { capture: true });
      window.AudioContext = class extends AudioContext {
        get state() { return allowed ? super.state : "suspended"; }
        resume() { return allowed ? super.resume().then(() => this.onstatechange?.()) : new Promise(() => {}); }
      };
    """)
    page.reload()
    expect(button).to_have_text("点一下，打开声音")
    expect(page.locator("[data-sound-hint]")).to_be_visible()

    page.click("h1")

    expect(button).to_have_text("声音已开")
    expect(page.locator("[data-sound-hint]")).to_be_hidden()
    button.click()
    expect(button).to_have_text("开启声音")
