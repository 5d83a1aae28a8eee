"""The queue and the page of a case: who sees what, what is pressed, and what is kept of it."""

from __future__ import annotations

import json
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.desk.evidence import in_words
from bot.desk.words import words
from companion.campus import Campus
from companion.flows.assess import SCREENING_FAILED
from companion.flows.drill import start_drill
from companion.language import Language
from companion.messages import InboundKind, OutboundState, Platform
from companion.people.contact import Details, EmergencyContact, Relation
from companion.ports import Refused
from companion.risk import Kind, Level, Subject
from companion.risk.opinion import Opinion, Reason, evidence_of
from companion.safety.dialogue.levels import _TOGETHER
from companion.safety.dialogue.steps import steps
from companion.safety.plan import SafetyPlan
from companion.staff.actions import Action
from companion.staff.cases import CaseState, FalseAlarm, Outcome
from companion.staff.drills import ALARM
from companion.staff.follow_ups import FollowUpState, TaskKind
from companion.staff.people import ChannelKind, Role
from companion.store import PageReason, PageState
from tests.fakes.desk import FakeDesk, plain

SECRET = "只有我知道的一句话"
DEEDS = {
    "claim": {},
    "called": {},
    "stabilise": {},
    "hand-on": {"to": "queue", "reason": "r"},
    "level": {"level": "watch", "reason": "r"},
    "close": {"outcome": "appointment"},
    "mark": {"trigger": "0", "why": "idiom"},
    "talk/open": {},
    "talk/say": {"text": "t"},
    "talk/close": {},
    "notes": {"risk": "r", "key": "note:0"},
    "read": {"reason": "r"},
    "contact": {"reason": "r"},
}


@pytest.fixture
def desk(web):
    return FakeDesk(web.campus, web.client)


@pytest.fixture
def li(desk):
    return desk.signed_in(desk.staff("李老师"))


@pytest.fixture
def wang(desk):
    return desk.signed_in(desk.staff("王老师"))


@pytest.fixture
def chen(desk):
    return desk.signed_in(desk.staff("陈督导", Role.SUPERVISOR))


def said(page):
    """What the page says of the last press."""
    found = re.search(r'id="said"[^>]*>([^<]*)<', page.text)
    return found[1] if found else None


# ------------------------------------------------------------ who may


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_admin_and_auditor_see_no_case(desk, role):
    case = desk.case(SECRET)
    someone = desk.signed_in(desk.staff("赵", role))

    for path in ("/desk/rows", "/desk/events", "/desk/replies"):
        assert someone.get(path).status_code == 403
    for path in ("", "/live", "/events"):
        assert someone.get(f"/desk/cases/{case.number}{path}").status_code == 403
    for name, form in DEEDS.items():
        assert someone.post(f"/desk/cases/{case.number}/{name}", **form).status_code == 403
    assert SECRET not in someone.get("/desk").text
    assert desk.again(case).state is CaseState.NEW
    assert desk.actions(case) == []


@pytest.mark.parametrize("name", DEEDS)
def test_nothing_happens_without_the_sessions_own_word(desk, li, name):
    case = desk.case()

    answer = li.post(f"/desk/cases/{case.number}/{name}", csrf="guessed", **DEEDS[name])

    assert answer.status_code == 403
    assert desk.actions(case) == []


def test_strangers_are_led_to_the_sign_in(desk, web):
    case = desk.case(SECRET)

    answer = web.client.get(
        f"/desk/cases/{case.number}", headers={"Accept": "text/html"}, follow_redirects=False
    )

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/signin")


@pytest.mark.parametrize("number", ["1", "999999", "9" * 30])
def test_an_unknown_number_is_a_page_that_says_so(desk, li, number):
    assert li.get(f"/desk/cases/{number}").status_code == 404
    assert li.get(f"/desk/cases/{number}/live").status_code == 404
    assert li.get(f"/desk/cases/{number}/events").status_code == 404
    assert li.post(f"/desk/cases/{number}/claim").status_code == 404
    assert li.post(f"/desk/cases/{number}/read", reason="r").status_code == 404


# ------------------------------------------------------------ the queue


def test_the_queue_shows_the_gravest_and_longest_waiting_first_and_no_word_of_a_student(desk, li):
    desk.case(SECRET, level=Level.MODERATE, sender="a", minutes_ago=50)
    desk.case(SECRET, level=Level.HIGH, sender="b", minutes_ago=3)
    desk.case(SECRET, level=Level.HIGH, sender="c", minutes_ago=8)
    desk.case(SECRET, level=Level.IMMINENT, sender="d")

    page = li.get("/desk")

    assert re.findall(r"case-link\" href=\"/desk/cases/(\d+)", page.text) == [
        "1004", "1003", "1002", "1001"
    ]  # fmt: skip
    assert SECRET not in page.text
    assert "<title>(4) 个案队列" in page.text
    assert "还没有通知到任何人" in plain(page.text)


def test_clocks_say_in_words_how_long_there_is_and_how_late_it_is(desk, li):
    desk.case(level=Level.IMMINENT, sender="a", minutes_ago=1)
    desk.case(level=Level.HIGH, sender="b", minutes_ago=8)
    desk.case(level=Level.HIGH, sender="c", minutes_ago=13)

    page = li.get("/desk").text

    dials = re.findall(r'class="dial tone-(\w+)"[^>]*>([^<]*)<', page)
    assert dials == [
        ("fine", "请在 2 分钟 内认领"),
        ("late", "认领已超时 3 分钟"),
        ("soon", "请在 2 分钟 内认领"),
    ]


def test_after_the_claim_the_clock_waits_for_the_first_contact(desk, li):
    case = desk.case(level=Level.HIGH, minutes_ago=5)
    li.post(f"/desk/cases/{case.number}/claim")

    assert "请在 10 分钟 内联系学生" in li.get("/desk").text
    li.post(f"/desk/cases/{case.number}/called")
    assert "保持联系中" in li.get("/desk").text


def test_my_cases_come_first_and_closed_ones_below(desk, li, wang):
    mine = desk.case(level=Level.MODERATE, sender="a")
    closed = desk.case(level=Level.MODERATE, sender="b")
    desk.case(level=Level.IMMINENT, sender="c")
    li.post(f"/desk/cases/{mine.number}/claim")
    wang.post(f"/desk/cases/{closed.number}/claim")
    wang.post(f"/desk/cases/{closed.number}/close", outcome="appointment")

    told = plain(li.get("/desk").text)

    places = [told.index(one) for one in ("个案 1001", "个案 1003", "个案 1002")]
    assert places == sorted(places)
    assert "已约好面谈" in told
    assert "由我负责" in told


def test_an_empty_queue_says_who_is_on_duty_now_and_next(desk, li):
    assert "现在没有人值班" in plain(li.get("/desk").text)

    desk.on_duty(li.staff)
    told = plain(li.get("/desk").text)

    assert "现在没有未结的个案" in told
    assert "现在值班：李老师" in told


def test_events_of_the_queue_hold_counts_and_no_words(desk, li, web):
    desk.case(SECRET, asked_for=True)
    found = []
    with web.client.stream("GET", "/desk/events", headers=li.headers) as stream:
        for line in stream.iter_lines():
            found.append(line)
            if line.startswith("data:"):
                break

    told = json.loads(found[-1].removeprefix("data:"))
    assert (told["open"], told["unclaimed"]) == (1, 1)
    assert set(told) == {"open", "unclaimed", "alarms", "mark"}


# ------------------------------------------------------------ the card


def test_the_page_shows_the_lines_around_the_alarm_and_the_reading_is_logged(desk, li):
    case = desk.case("最早的一句", "一", "二", "三", SECRET)
    page = li.get(f"/desk/cases/{case.number}")

    assert SECRET in page.text
    assert "最早的一句" not in page.text
    assert desk.actions(case) == ["case.excerpt"]
    assert "说到想死" in page.text


def test_parts_that_are_fetched_by_themselves_read_nothing_of_the_talk(desk, li):
    case = desk.case(SECRET)

    answer = li.get(f"/desk/cases/{case.number}/live")

    assert answer.status_code == 200
    assert SECRET not in answer.text
    assert desk.actions(case) == []


def test_of_two_who_claim_one_wins_and_the_other_is_told_who(desk, li, wang):
    case = desk.case()
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda who: who.post(f"/desk/cases/{case.number}/claim"), (li, wang)))

    owner = desk.again(case).owner_id
    won, lost = pages if owner == li.staff.id else reversed(pages)
    name = "李老师" if owner == li.staff.id else "王老师"
    assert said(won) == "已由你认领。"
    assert said(lost) == f"{name} 已经认领了这个个案。"
    assert desk.actions(case).count("case.claim") == 1


def test_a_case_goes_from_claim_to_close_without_scripts(desk, li):
    case = desk.case()
    home = f"/desk/cases/{case.number}"

    assert said(li.post(f"{home}/claim")) == "已由你认领。"
    assert said(li.post(f"{home}/called")) == "已记录：联系上学生。"
    assert said(li.post(f"{home}/stabilise")) == "已记录：暂时稳定。"
    assert said(li.post(f"{home}/close")) == "请选择结果；选“误报”时还要选原因。"
    assert said(li.post(f"{home}/close", outcome="safe_with_plan")) == "已结案。"

    closed = desk.again(case)
    assert (closed.state, closed.outcome) == (CaseState.CLOSED, Outcome.SAFE_WITH_PLAN)


@pytest.mark.parametrize(
    "name", [name for name in DEEDS if name not in {"read", "notes", "mark", "contact"}]
)
def test_nothing_more_happens_to_a_closed_case(desk, li, name):
    case = desk.case()
    li.post(f"/desk/cases/{case.number}/claim")
    li.post(f"/desk/cases/{case.number}/close", outcome="appointment")

    page = li.post(f"/desk/cases/{case.number}/{name}", **DEEDS[name])

    assert page.status_code == 200
    assert said(page) in {
        "没有做成：这个个案已经不在那个状态了，请看最新内容。",
        "这个个案已有人认领，或已结案。",
    } or "已经认领" in said(page)
    after = desk.again(case)
    assert (after.state, after.level, after.outcome) == (
        CaseState.CLOSED,
        case.level,
        Outcome.APPOINTMENT,
    )
    assert "我不想活了" not in page.text


def test_a_false_alarm_asks_why_and_marks_its_triggers(desk, li):
    case = desk.case("笑死我了")
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")

    assert said(li.post(f"{home}/close", outcome="false_alarm")).startswith("请选择结果")
    li.post(f"{home}/close", outcome="false_alarm", why="idiom")

    assert desk.again(case).outcome is Outcome.FALSE_ALARM
    with desk.campus.store.reading() as tx:
        (trigger,) = tx.cases.triggers(case.id)
    assert trigger.false_alarm is FalseAlarm.IDIOM


def test_a_mark_is_kept_logged_and_taken_back(desk, li):
    case = desk.case()
    with desk.campus.store.reading() as tx:
        (trigger,) = tx.cases.triggers(case.id)
    home = f"/desk/cases/{case.number}/mark"

    assert said(li.post(home, trigger=str(trigger.id), why="fiction")) == "标记已保存。"
    assert "已标记为误报：歌词、小说、作业" in li.get(f"/desk/cases/{case.number}").text
    li.post(home, trigger=str(trigger.id), why="")

    assert desk.actions(case).count("trigger.mark") == 2
    with desk.campus.store.reading() as tx:
        assert tx.cases.triggers(case.id)[0].false_alarm is None


def test_a_mark_reaches_no_trigger_of_another_case(desk, li):
    one, other = desk.case(sender="a"), desk.case(sender="b")
    with desk.campus.store.reading() as tx:
        (trigger,) = tx.cases.triggers(other.id)

    page = li.post(f"/desk/cases/{one.number}/mark", trigger=str(trigger.id), why="idiom")

    assert said(page).startswith("没有做成")
    with desk.campus.store.reading() as tx:
        assert tx.cases.triggers(other.id)[0].false_alarm is None


def test_handing_on_needs_a_reason_and_leads_to_the_colleague(desk, li, wang):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")

    assert said(li.post(f"{home}/hand-on", to=str(wang.staff.id), reason=" ")) == "请写明原因。"
    assert said(li.post(f"{home}/hand-on", to="nobody", reason="下班")) == "请先选择。"
    assert said(li.post(f"{home}/hand-on", to=str(wang.staff.id), reason="下班")) == "已转交。"

    assert desk.again(case).owner_id == wang.staff.id
    assert "下班" in wang.get(home).text


def test_back_to_the_queue_starts_the_clocks_anew(desk, li):
    case = desk.case(minutes_ago=40)
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")

    li.post(f"{home}/hand-on", to="queue", reason="不能继续")

    again = desk.again(case)
    assert again.owner_id is None
    assert again.raised_at == desk.campus.clock.now()


def test_colleagues_on_duty_are_offered_first(desk, li, wang):
    desk.staff("安老师")
    desk.on_duty(wang.staff)
    case = desk.case()
    li.post(f"/desk/cases/{case.number}/claim")

    page = li.get(f"/desk/cases/{case.number}").text

    offered = re.findall(r'<option value="[0-9a-f-]{36}">([^<]*)<', page)
    assert offered[0] == "王老师 · 值班中"


def test_who_does_not_hold_a_case_cannot_close_it_but_a_supervisor_can(desk, li, wang, chen):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")

    assert said(wang.post(f"{home}/close", outcome="appointment")).startswith("没有做成")
    assert 'action="' + home + '/close"' not in wang.get(home).text
    assert said(chen.post(f"{home}/close", outcome="appointment")) == "已结案。"


def test_a_person_lowers_a_level_with_a_reason(desk, li):
    case = desk.case(level=Level.HIGH)
    home = f"/desk/cases/{case.number}"

    assert said(li.post(f"{home}/level", level="moderate", reason="")) == "请写明原因。"
    assert said(li.post(f"{home}/level", level="none", reason="x")) == "请先选择。"
    page = li.post(f"{home}/level", level="moderate", reason="谈过了")

    assert desk.again(case).level is Level.MODERATE
    assert "谈过了" in page.text
    assert "高 → 中" in plain(page.text) or "→" in plain(page.text)


def test_a_drill_is_marked_everywhere_and_can_be_worked_through(desk, li):
    start_drill(staff=li.staff, services=desk.campus.services)
    assert "演练" in plain(li.get("/desk").text)
    home = "/desk/cases/1001"

    for name in ("claim", "called", "stabilise"):
        assert "演练：没有真实的学生" in li.post(f"{home}/{name}").text
    assert said(li.post(f"{home}/notes", risk="试试", key="k")).startswith("没有做成")
    assert said(li.post(f"{home}/close")) == "已结案。"


def test_the_queue_starts_a_drill_that_says_what_it_is(desk, li):
    assert "发起演练" in li.get("/desk").text

    page = li.post("/desk/drill", do="start")

    assert "演练已开始" in plain(page.text)
    assert "演练" in plain(li.get("/desk/rows").text)


def test_the_safety_plan_is_seen_only_when_the_student_shares_it(desk, li):
    case = desk.case()
    now = desk.campus.clock.now()
    with desk.campus.store.transaction() as tx:
        plan = SafetyPlan(lines={"signs": ("睡不着的第三天",)})
        tx.safety.plans.put(case.student_id, plan, now=now)
    home = f"/desk/cases/{case.number}"
    assert "睡不着的第三天" not in li.get(home).text

    with desk.campus.store.transaction() as tx:
        tx.safety.plans.share(case.student_id, shared=True, now=now)
    assert "睡不着的第三天" in li.get(home).text


def test_past_cases_are_listed_with_their_outcomes(desk, li):
    past = desk.case()
    li.post(f"/desk/cases/{past.number}/claim")
    li.post(f"/desk/cases/{past.number}/close", outcome="appointment")
    case = desk.case("又来了")

    told = plain(li.get(f"/desk/cases/{case.number}").text)

    assert f"个案 {past.number}" in told
    assert "已约好面谈" in told


def _contact(desk, case, reach="138 0000 0000"):
    details = Details(relation=Relation.PARENT, name="张妈妈", reach=reach, called="小张")
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        tx.aftercare.contacts.put(
            EmergencyContact(student_id=case.student_id, consent_at=now, details=details)
        )


def test_the_emergency_contact_is_shown_to_who_presses_and_a_second_time_only_with_a_reason(
    desk, li
):
    case = desk.case()
    _contact(desk, case)
    home = f"/desk/cases/{case.number}"
    assert "张妈妈" not in li.get(home).text

    assert "张妈妈" in li.post(f"{home}/contact").text
    again = li.post(f"{home}/contact")
    assert "张妈妈" not in again.text
    assert "一天内再次使用需要写明原因" in again.text
    assert "张妈妈" in li.post(f"{home}/contact", reason="电话没打通").text
    assert desk.actions(case).count("contact.use") == 2
    assert "使用过" in li.get(home).text


def test_without_a_contact_nothing_is_used(desk, li):
    case = desk.case()

    assert said(li.post(f"/desk/cases/{case.number}/contact")).startswith("没有做成")
    assert desk.actions(case) == ["case.excerpt"]


def test_a_number_is_called_and_not_written_to(desk, li):
    case = desk.case()
    _contact(desk, case)

    page = li.post(f"/desk/cases/{case.number}/contact", write="1")

    assert said(page).startswith("没有做成")


def test_what_is_left_to_do_stands_in_the_queue_until_somebody_ticks_it_off(desk, li):
    case = desk.case()
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        task = tx.aftercare.tasks.add(case.id, TaskKind.SILENT, now=now)
    assert "两次关怀联系都没有回音" in li.get("/desk").text

    page = li.post(f"/desk/tasks/{task}/done")

    assert "两次关怀联系都没有回音" not in page.text
    assert desk.actions(case) == ["task.done"]


def test_what_is_left_to_do_stands_on_the_case_and_is_ticked_off_there(desk, li):
    case = desk.case()
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        task = tx.aftercare.tasks.add(case.id, TaskKind.CONTACT, now=now)
    assert "紧急联系人没能自动通知到" in li.get(f"/desk/cases/{case.number}").text

    page = li.post(f"/desk/tasks/{task}/done", case=str(case.number))

    assert said(page) == "待办已完成。"
    assert "由 李老师 完成" in plain(page.text)
    assert f"/desk/tasks/{task}/done" not in page.text


def test_what_the_student_added_is_read_without_breaking_any_glass(desk, li):
    case = desk.case(SECRET)
    assert "学生自己补充的话" not in li.get(f"/desk/cases/{case.number}").text
    (_, [message]) = desk.student_says("/privacy add 那天我只是累了 <b>真的</b>")
    with desk.campus.store.transaction() as tx:
        tx.audit.add(
            actor="student",
            action=Action.WORDS_ADDED,
            now=desk.campus.clock.now(),
            case_id=case.id,
            detail={"message": str(message)},
        )

    live = li.get(f"/desk/cases/{case.number}/live").text

    assert "那天我只是累了 &lt;b&gt;真的" in live
    assert SECRET not in live
    assert "那天我只是累了" in li.get(f"/desk/cases/{case.number}").text


def test_the_audit_log_is_searched_by_the_number_people_call_a_case_by(desk, li, chen):
    one, other = desk.case(), desk.case(sender="u2")
    li.post(f"/desk/cases/{one.number}/claim")
    li.post(f"/desk/cases/{other.number}/claim")

    found = chen.get(f"/desk/audit?case={one.number}").text

    assert f"个案 {one.number}" in plain(found)
    assert f"个案 {other.number}" not in plain(found)
    assert "没有符合的记录" in chen.get("/desk/audit?case=999999").text


def test_a_drill_is_listed_but_not_counted_as_somebody_who_waits(desk, li):
    start_drill(staff=li.staff, services=desk.campus.services)
    alone = plain(li.get("/desk/rows").text)
    desk.case(level=Level.MODERATE)

    assert "还没有人认领" not in alone
    assert "所有个案都有人负责" not in alone
    assert "1 个个案还没有人认领，最高级别：中" in plain(li.get("/desk/rows").text)


def test_a_drill_shows_no_student(desk, li):
    start_drill(staff=li.staff, services=desk.campus.services)
    with desk.campus.store.reading() as tx:
        (drill,) = tx.cases.queue()

    for path in ("", "/live"):
        page = plain(li.get(f"/desk/cases/{drill.number}{path}").text)
        assert "紧急联系人" not in page
        assert "警报前后的原话" not in page


# ------------------------------------------------------------ behind glass


def test_the_whole_talk_opens_for_a_reason_that_the_student_can_see(desk, li):
    case = desk.case("最早的一句", "一", "二", "三", SECRET)
    home = f"/desk/cases/{case.number}"

    assert "最早的一句" not in li.post(f"{home}/read", reason="  ").text
    page = li.post(f"{home}/read", reason="要找到人在哪里")

    assert "最早的一句" in page.text
    assert page.headers["cache-control"] == "no-store"
    with desk.campus.store.reading() as tx:
        (entry,) = [
            entry for entry in tx.audit.of_student(case.student_id) if entry.action == "talk.read"
        ]
    assert (entry.actor, entry.reason) == (str(li.staff.id), "要找到人在哪里")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "{{ 7 * 7 }} {% include 'x' %}",
        "\u202eesrever \u2067אבג\u2069",
        "长" * 4000,
        '"><form action=/desk/cases/1001/close>',
    ],
    ids=["html", "template", "rtl", "long", "attribute"],
)
def test_whatever_a_student_writes_is_only_text(desk, li, text):
    case = desk.case(text)
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/talk/open")
    desk.campus.arrives(text)
    desk.campus.run()

    for page in (li.get(home), li.post(f"{home}/read", reason="r"), li.get(f"{home}/live")):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<form action=/desk" not in page.text
        assert '<p class="line-text" dir="auto">' in page.text


def test_after_erasure_nothing_of_the_talk_is_left_at_the_desk(desk, li):
    case = desk.case(SECRET)
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/notes", risk="写过的话", key="note:0")
    with desk.campus.store.transaction() as tx:
        tx.students.erase(case.student_id, code="C", campus=Campus(), now=desk.campus.clock.now())

    page = li.get(home)

    assert page.status_code in {200, 404}
    assert SECRET not in page.text
    assert "写过的话" not in page.text


# ------------------------------------------------------------ notes


def test_a_draft_is_ones_own_until_it_is_signed_and_then_stands(desk, li, wang):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/notes", risk="草稿里的话", key="note:0")

    assert "草稿里的话" in li.get(home).text
    assert "草稿里的话" not in wang.get(home).text
    assert "李老师 有一份未签名的草稿" in wang.get(home).text

    li.post(f"{home}/notes", risk="签名的话", told="保卫处", key="note:0", sign="1")
    page = wang.get(home).text
    assert "签名的话" in page
    assert "保卫处" in page
    late = li.post(f"{home}/notes", risk="改掉它", key="note:0")
    assert said(late).startswith("没有做成")
    assert "改掉它" not in wang.get(home).text


def test_a_signed_note_is_added_to_and_the_addition_stands_below_it(desk, li, wang):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/notes", risk="第一份", key="note:0", sign="1")
    with desk.campus.store.reading() as tx:
        (note,) = tx.cases.notes(case.id)

    wang.post(f"{home}/notes", actions="补充的话", key="x", amends=str(note.id), sign="1")

    told = plain(li.get(home).text)
    assert told.index("第一份") < told.index("补充：王老师") < told.index("补充的话")


def test_a_note_reaches_no_other_case_and_no_other_writer(desk, li, wang):
    one, other = desk.case(sender="a"), desk.case(sender="b")
    li.post(f"/desk/cases/{one.number}/notes", risk="一号的话", key="k")
    li.post(f"/desk/cases/{other.number}/notes", risk="二号的话", key="k")
    wang.post(f"/desk/cases/{one.number}/notes", risk="王的话", key="k")

    with desk.campus.store.reading() as tx:
        assert {note.risk for note in tx.cases.notes(one.id)} == {"一号的话", "王的话"}
        assert [note.risk for note in tx.cases.notes(other.id)] == ["二号的话"]


def test_an_empty_or_endless_note_is_not_kept(desk, li):
    case = desk.case()
    home = f"/desk/cases/{case.number}/notes"

    assert said(li.post(home, risk="  ", key="k")) == "没有写内容。"
    assert said(li.post(home, risk="长" * 3501, key="k")).startswith("太长了")
    with desk.campus.store.reading() as tx:
        assert tx.cases.notes(case.id) == []


# ------------------------------------------------------------ the talk


def test_a_talk_is_opened_spoken_and_handed_back(desk, li):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    assert "先认领" in li.get(home).text
    li.post(f"{home}/claim")
    assert "李老师（真人）" in li.get(home).text

    assert said(li.post(f"{home}/talk/open")).startswith("对话已接通")
    assert said(li.post(f"{home}/talk/say", text="你在哪里？")).startswith("已写入")
    desk.campus.arrives("在图书馆")
    desk.campus.run()
    page = li.get(home).text

    assert "你在哪里？" in page
    assert "在图书馆" in page
    assert "已送达平台" in page
    assert any("你在哪里？" in text for text in desk.campus.telegram.texts)
    assert said(li.post(f"{home}/talk/close")).startswith("对话已交还")
    assert said(li.post(f"{home}/talk/say", text="还在吗")).startswith("没有做成")


def test_what_is_sent_twice_is_said_once(desk, li):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/talk/open")
    once = "00000000-0000-4000-8000-00000000000a"
    li.post(f"{home}/talk/say", text="只说一次", once=once)
    li.post(f"{home}/talk/say", text="只说一次", once=once)
    desk.campus.run()

    assert sum("只说一次" in text for text in desk.campus.telegram.texts) == 1


def test_a_refused_line_says_so_and_why(desk, li):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/talk/open")
    desk.campus.run()
    desk.campus.telegram.faults.append(Refused("blocked", unreachable=True))
    li.post(f"{home}/talk/say", text="听得到吗")
    desk.campus.run()

    page = plain(li.get(home).text)

    assert "被平台拒绝：没有送到 (学生屏蔽了机器人)" in page
    assert "现在送不到这位学生" in page


def test_only_the_counsellor_who_talks_makes_lines_count_as_seen(desk, li, wang):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/talk/open")
    desk.campus.arrives("有人吗")
    desk.campus.run()

    def owed():
        with desk.campus.store.reading() as tx:
            relay = tx.relays.open_of(case.student_id)
            return [line.state for line in tx.relays.lines(relay.id) if line.is_students]

    wang.get(f"{home}/live")
    assert owed() == ["owed"]
    li.get(f"{home}/live")
    assert owed() == ["sent"]


def test_an_answer_for_a_script_is_told_in_words(desk, li):
    case = desk.case()
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/talk/open")

    json_please = {"Accept": "application/json"}
    good = li.post(f"{home}/talk/say", headers=json_please, text="你好").json()
    bad = li.post(f"{home}/talk/say", headers=json_please, text=" ").json()

    assert (good["ok"], good["said"]) == (True, "sent")
    assert (bad["ok"], bad["said"]) == (False, "empty")


# ------------------------------------------------------------ saved replies


def test_everybody_keeps_lines_of_their_own_and_supervisors_the_shared_ones(desk, li, wang, chen):
    li.post("/desk/replies", text="我自己的", language="zh")
    assert "只能改自己的" in li.post("/desk/replies", text="给大家", shared="1").text
    chen.post("/desk/replies", text="大家的", language="en", shared="1")

    assert "我自己的" in li.get("/desk/replies").text
    assert "我自己的" not in wang.get("/desk/replies").text
    assert "大家的" in wang.get("/desk/replies").text
    with desk.campus.store.reading() as tx:
        kept = {reply.text: reply for reply in tx.saved_replies.seen_by(li.staff.id)}
    mine, shared = kept["我自己的"], kept["大家的"]
    assert "只能改自己的" in wang.post(f"/desk/replies/{mine.id}", text="抢来的").text
    assert "只能改自己的" in wang.post(f"/desk/replies/{shared.id}", remove="1").text
    li.post(f"/desk/replies/{mine.id}", text="改过的")
    assert "改过的" in li.get("/desk/replies").text
    li.post(f"/desk/replies/{mine.id}", remove="1")
    assert "改过的" not in li.get("/desk/replies").text


# ------------------------------------------------------------ both languages, no words where none belong


def test_the_desk_speaks_english_to_those_who_read_it(desk):
    case = desk.case("I want to die", level=Level.HIGH, minutes_ago=13)
    someone = desk.signed_in(desk.staff("Ms Li", language=Language.EN))

    told = plain(someone.get("/desk").text + someone.get(f"/desk/cases/{case.number}").text)

    assert "3 min late to claim" in told
    assert "Claim this case" in told
    assert "speaks of wanting to die" in told
    assert not re.search(r"[\u4e00-\u9fff]", told.replace("中文", "").replace("示范大学", ""))


def test_no_word_of_a_student_stands_in_a_title_or_an_address(desk, li):
    case = desk.case(SECRET)
    home = f"/desk/cases/{case.number}"
    li.post(f"{home}/claim")
    li.post(f"{home}/talk/open")
    page = li.post(f"{home}/talk/say", text="回话")

    assert SECRET not in re.search(r"<title>(.*?)</title>", page.text)[1]
    assert SECRET not in str(page.url)
    assert "回话" not in str(page.url)
    assert all(
        SECRET not in address for address in re.findall(r'(?:href|action)="([^"]*)"', page.text)
    )


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("kind", Kind),
        ("subject", Subject),
        ("state", CaseState),
        ("outcome", Outcome),
        ("false_alarm", FalseAlarm),
        ("page", PageState),
        ("why", PageReason),
        ("channel", ChannelKind),
        ("platform", Platform),
        ("language", Language),
    ],
)
def test_every_code_a_page_may_show_has_its_word(language, table, codes):
    told = words(language)["cases"][table]

    assert [code.value for code in codes if code.value not in told] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_step_of_a_case_and_state_of_a_line_has_its_word(language):
    w = words(language)

    assert [action for action in Action if action.value not in w["case"]["action"]] == []
    assert [state for state in OutboundState if state.value not in w["talk"]["state"]] == []
    assert [kind for kind in InboundKind if kind.value not in w["talk"]["kind"]] == []
    assert [kind for kind in TaskKind if kind.value not in w["tasks"]["kind"]] == []
    assert [state for state in FollowUpState if state.value not in w["follow_ups"]["state"]] == []
    assert [one for one in Relation if one.value not in w["contact"]["relations"]] == []


def evidence_in(document):
    """Yield every line of evidence of a content file."""
    for key, value in document.items():
        if key == "evidence":
            yield from [value] if isinstance(value, str) else value.values()
        elif isinstance(value, dict):
            yield from evidence_in(value)
        elif isinstance(value, list):
            yield from (line for one in value if isinstance(one, dict) for line in evidence_in(one))


def test_every_line_of_evidence_is_told_in_chinese():
    lines = {
        line
        for file in Path("companion/content/risk").glob("*.toml")
        for line in evidence_in(tomllib.loads(file.read_text(encoding="utf-8")))
    }
    lines |= {line for step in steps().values() for line in step.evidence.values()}
    lines |= {together for _, together in _TOGETHER}
    lines |= {
        evidence_of(Opinion(level=level, reason=reason))
        for level in Level
        if level is not Level.NONE
        for reason in (None, *Reason)
    }
    lines |= {*ALARM.evidence, f"{SCREENING_FAILED} (ValueError)"}

    assert len(lines) > 150
    assert [line for line in sorted(lines) if in_words(line, Language.ZH) == line] == []
    assert in_words("speaks of death, in the past", Language.ZH) == "说到死，说的是过去"
