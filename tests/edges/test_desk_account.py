"""One's own account, everybody's accounts, and the audit log, as pages of the desk."""

from __future__ import annotations

import csv
import io
import re
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import text

from companion.language import Language
from companion.staff.link_code import code_hash
from companion.staff.people import ChannelKind, Role
from tests.fakes.desk_visitor import PASSWORD, account, actions, later, visitor

OWN, ALL, LOG = "/desk/account", "/desk/accounts", "/desk/audit"
SIGNIN = "/desk/signin"


@pytest.fixture
def li(web):
    account(web.campus)
    visit = visitor(web)
    visit.sign_in("li", to=OWN)
    return visit


@pytest.fixture
def admin(web):
    account(web.campus, "root", role=Role.ADMIN, name="Admin")
    visit = visitor(web)
    visit.sign_in("root", to=ALL)
    return visit


@pytest.fixture
def auditor(web):
    account(web.campus, "audit", role=Role.AUDITOR, name="Auditor")
    visit = visitor(web)
    visit.sign_in("audit", to=OWN)
    return visit


def _staff(web, login="li"):
    with web.campus.store.reading() as tx:
        return tx.members.find(login)


def _channels(web, login="li"):
    with web.campus.store.reading() as tx:
        return [
            (each.kind, each.address) for each in tx.members.channels(tx.members.find(login).id)
        ]


# ------------------------------------------------------------ one's own


def test_the_name_that_students_see_and_the_language_can_be_changed(web, li):
    li.post(OWN, name="  Ms   Li ", language="zh")

    assert (_staff(web).name, _staff(web).language) == ("Ms Li", Language.ZH)
    assert 'lang="zh-CN"' in li.page.text
    assert actions(web.campus)[-1] == "account.change"


@pytest.mark.parametrize("name", ["", "   ", "x" * 31, "Li\u200bLi"])
def test_a_name_that_cannot_be_shown_is_refused(web, li, name):
    assert li.post(OWN, name=name, language="zh").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _staff(web).name == "李老师"


def test_the_header_switches_language_and_duty_and_leads_back(web, li):
    li.post("/desk/language", language="zh", back="/desk/account?x=1")
    assert str(li.page.url).endswith("/desk/account?x=1")
    assert _staff(web).language is Language.ZH

    li.post("/desk/duty", on="1", back="https://elsewhere.example/")
    assert li.where == OWN
    assert _staff(web).on_duty_since == web.campus.clock.now()
    assert 'aria-pressed="true"' in li.page.text
    li.post("/desk/duty", on="0", back=OWN)
    assert _staff(web).on_duty_since is None
    assert actions(web.campus)[-2:] == ["staff.on_duty", "staff.off_duty"]


def test_who_takes_no_cases_cannot_go_on_duty(web, auditor):
    assert auditor.post("/desk/duty", on="1").status_code == HTTPStatus.FORBIDDEN
    assert _staff(web, "audit").on_duty_since is None


def test_a_new_password_signs_out_every_other_browser(web, li):
    later(web.campus, minutes=1)
    other = visitor(web)
    other.sign_in("li", to=OWN)
    new = "six grey geese at dusk"  # pragma: allowlist secret

    li.post(f"{OWN}/password", present=PASSWORD, password=new, again=new)

    assert li.where == OWN
    assert "every other browser is signed out" in li.page.text
    assert other.get(OWN).url.path == SIGNIN
    later(web.campus, minutes=1)
    other.sign_in("li", new, to=OWN)
    assert other.where == OWN


def test_whoever_finds_an_open_browser_cannot_change_password_or_factor(web, li):
    new = "six grey geese at dusk"  # pragma: allowlist secret
    answer = li.post(f"{OWN}/password", present="guess", password=new, again=new)
    assert "present password is wrong" in answer.text
    secret = _secret(li.get(OWN))
    answer = li.post(
        f"{OWN}/factor", present="guess", sealed=li.field("sealed"), code=li.code(secret)
    )
    assert "present password is wrong" in answer.text

    for _ in range(3):
        li.post(f"{OWN}/password", present="guess", password=new, again=new)

    assert "staff.locked" in actions(web.campus)
    refused = li.post(f"{OWN}/password", present=PASSWORD, password=new, again=new)
    assert "too many tries" in refused.text


def test_a_new_second_factor_replaces_the_old_one(web, li):
    secret = _secret(li.get(OWN))

    li.post(f"{OWN}/factor", present=PASSWORD, sealed=li.field("sealed"), code=li.code(secret))

    assert "new second factor is in use" in li.page.text
    later(web.campus, minutes=1)
    other = visitor(web)
    assert other.sign_in("li").status_code == HTTPStatus.UNAUTHORIZED
    other.sign_in("li", code=other.code(secret), to=OWN)
    assert other.where == OWN


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "shown"),
    [
        ("email", " li@example.edu ", "li@example.edu", "li@example.edu"),
        ("wecom", "693a91f6-7xxx-4bc4", "693a91f6-7xxx-4bc4", "…4bc4"),
        (
            "wecom",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4",
            "693a91f6-7xxx-4bc4",
            "…4bc4",
        ),
        (
            "webhook",
            "https://pager.example/in?token=1",
            "https://pager.example/in?token=1",
            "pager",
        ),
    ],
)
def test_a_way_to_be_reached_can_be_added_and_removed(web, li, kind, typed, kept, shown):
    li.post(f"{OWN}/channels", kind=kind, address=typed)
    assert _channels(web) == [(ChannelKind(kind), kept)]
    assert shown in li.page.text
    if kind != "email":
        assert kept not in li.page.text

    drop = re.search(r'action="([^"]+/drop)"', li.page.text).group(1)
    li.post(drop)
    assert _channels(web) == []
    assert actions(web.campus)[-2:] == ["account.change", "account.change"]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("email", "no address"),
        ("email", "a@b.example, c@d.example"),
        ("wecom", "???"),
        ("webhook", "http://pager.example/"),
        ("webhook", "https://user:word@pager.example/"),
        ("telegram", "42"),
        ("pigeon", "home"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(web, li, kind, typed):
    answer = li.post(f"{OWN}/channels", kind=kind, address=typed)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _channels(web) == []


def test_an_address_belongs_to_one_person(web, li):
    account(web.campus, "wang")
    with web.campus.store.transaction() as tx:
        owner = tx.members.find("wang").id
        tx.members.add_channel(
            owner, ChannelKind.EMAIL, "duty@example.edu", now=web.campus.clock.now()
        )

    answer = li.post(f"{OWN}/channels", kind="email", address="duty@example.edu")

    assert "belongs to somebody else" in answer.text


def test_nobody_removes_the_way_of_somebody_else(web, li):
    account(web.campus, "wang")
    with web.campus.store.transaction() as tx:
        owner, now = tx.members.find("wang").id, web.campus.clock.now()
        channel = tx.members.add_channel(owner, ChannelKind.EMAIL, "w@example.edu", now=now)

    li.post(f"{OWN}/channels/{channel}/drop")

    assert len(_channels(web, "wang")) == 1


def test_messages_of_the_wecom_application_are_offered_where_it_is_set_up(make_web):
    for is_set_up in (False, True):
        app = {"wecom_corp_id": "ww1", "wecom_agent_id": 7, "wecom_secret": "a-made-up-secret"}
        web = make_web(**(app if is_set_up else {}))
        if not is_set_up:
            account(web.campus)
        li = visitor(web)
        later(web.campus, minutes=1)
        li.sign_in("li", to=OWN)

        answer = li.post(f"{OWN}/channels", kind="wecom_app", address="li.wen")

        assert ('value="wecom_app"' in li.page.text) is is_set_up
        assert (answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY) is not is_set_up
    assert _channels(web) == [(ChannelKind.WECOM_APP, "li.wen")]
    assert "li.wen" in li.page.text


def test_a_code_binds_a_telegram_account_for_a_quarter_of_an_hour(make_web):
    web = make_web(staff_telegram_token="2:token", staff_telegram_chat="-100")
    account(web.campus)
    li = visitor(web)
    li.sign_in("li", to=OWN)

    li.post(f"{OWN}/code")

    code = re.search(r'id="link-code">([^<]+)<', li.page.text).group(1)
    assert len(code) == 8
    later(web.campus, minutes=14)
    with web.campus.store.transaction() as tx:
        assert tx.members.use_code(code_hash(code.lower()), now=web.campus.clock.now()) == (
            tx.members.find("li").id
        )
        assert code not in repr([entry.detail for entry in tx.audit.lines()])


# ------------------------------------------------------------ everybody's


def _add(admin, login="wang", **more):
    form = {"name": "王老师", "role": "counsellor", "language": "en"} | more
    return admin.post(ALL, login=login, **form)


def test_an_administrator_adds_somebody_with_a_password_that_is_shown_once(web, admin):
    _add(admin, " Wang ")

    once = re.search(r'id="once-password">([^<]+)<', admin.page.text).group(1)
    assert once not in admin.get(ALL).text
    wang = visitor(web)
    wang.sign_in("wang", once, code="")
    assert wang.where == "/desk/setup"
    assert "account.add" in actions(web.campus)
    with web.campus.store.reading() as tx:
        assert once not in repr(tx.audit.lines())


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"login": "has space"}, "login cannot be used"),
        ({"login": "x"}, "login cannot be used"),
        ({"name": ""}, "1 to 30"),
        ({"role": "emperor"}, "Choose a role"),
        ({"login": "ROOT"}, "is taken"),
    ],
)
def test_an_account_that_cannot_be_is_refused_and_what_was_typed_stays(web, admin, form, told):
    answer = _add(admin, **form)

    assert told in answer.text
    assert 'value="counsellor"' in answer.text
    with web.campus.store.reading() as tx:
        assert len(tx.members.all()) == 1


def test_roles_passwords_and_factors_of_others_can_be_changed(web, admin, li):
    whose = f"{ALL}/{_staff(web).id}"
    admin.get(whose)

    admin.post(f"{whose}/role", role="supervisor")
    assert _staff(web).role is Role.SUPERVISOR
    admin.post(f"{whose}/factor")
    assert li.get(OWN).url.path == SIGNIN
    li.sign_in("li", code="")
    assert li.where == "/desk/setup"
    admin.post(f"{whose}/password")
    assert li.get("/desk/setup").url.path == SIGNIN
    assert visitor(web).sign_in("li", code="").status_code == HTTPStatus.UNAUTHORIZED
    admin.get(whose)
    admin.post(f"{whose}/disable")
    assert _staff(web).disabled_at is not None
    assert actions(web.campus)[-1] == "account.disable"
    assert "disabled" in admin.get(whose).text


@pytest.mark.parametrize(("deed", "fields"), [("disable", {}), ("role", {"role": "auditor"})])
def test_the_cases_of_who_takes_none_any_more_wait_in_the_queue_again(web, admin, li, deed, fields):
    web.campus.says("我不想活了，今晚就想结束这一切")
    with web.campus.store.transaction() as tx:
        [case] = tx.cases.queue()
        staff = tx.members.find("li")
        assert tx.cases.claim(case.id, staff_id=staff.id, now=web.campus.clock.now())
    whose = f"{ALL}/{staff.id}"
    admin.get(whose)

    admin.post(f"{whose}/{deed}", **fields)

    with web.campus.store.reading() as tx:
        assert tx.cases.get(case.id).is_unclaimed
        entry = tx.audit.of_case(case.id)[-1]
        assert entry.action == "case.hand_on"
        assert entry.actor == str(tx.members.find("root").id)


def test_who_no_longer_takes_cases_is_no_longer_on_duty(web, admin, li):
    li.post("/desk/duty", on="1", back=OWN)

    admin.post(f"{ALL}/{_staff(web).id}/role", role="auditor")

    assert _staff(web).on_duty_since is None


@pytest.mark.parametrize("deed", ["role", "password", "factor", "disable"])
def test_an_administrator_cannot_lock_themselves_out(web, admin, deed):
    own = f"{ALL}/{_staff(web, 'root').id}"

    answer = admin.post(f"{own}/{deed}", role="auditor")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert admin.get(ALL).status_code == HTTPStatus.OK


def test_an_account_that_is_not_there_is_not_found(admin):
    nobody = f"{ALL}/00000000-0000-0000-0000-000000000000"

    assert admin.get(nobody).status_code == HTTPStatus.NOT_FOUND
    admin.get(ALL)
    for deed in ("role", "password", "factor", "disable"):
        answer = admin.post(f"{nobody}/{deed}", csrf=admin.csrf, role="admin")
        assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["role", "password", "factor", "disable"])
def test_only_administrators_change_accounts(web, li, path):
    account(web.campus, "wang")

    answer = li.post(f"{ALL}/{_staff(web, 'wang').id}/{path}", role="admin")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert _staff(web, "wang").role is Role.COUNSELLOR


# ------------------------------------------------------------ the audit log


def _write(web, count, action="case.read", **more):
    with web.campus.store.transaction() as tx:
        for _ in range(count):
            tx.audit.add(actor="system", action=action, now=web.campus.clock.now(), **more)


def _numbers(page):
    return [int(n) for n in re.findall(r'<td class="digits"[^>]*>(\d+)<', page.text)]


def test_the_log_shows_the_newest_first_and_says_that_the_chain_holds(web, auditor):
    _write(web, 3, reason="asked by the student")

    page = auditor.get(LOG)

    assert _numbers(page) == [4, 3, 2, 1]
    assert "chain verified: unbroken" in page.text
    assert "asked by the student" in page.text
    assert "audit" in page.text
    assert actions(web.campus)[-1] == "audit.read"


def test_the_log_leads_on_to_older_lines(web, auditor):
    _write(web, 250)
    first = auditor.get(LOG)
    older = re.search(r'href="([^"]*before=[^"]*)"', first.text).group(1)
    second = auditor.get(older.replace("&amp;", "&"))

    assert len(_numbers(first)) == len(_numbers(second)) == 100
    assert _numbers(second)[0] == _numbers(first)[-1] - 1


def test_the_log_can_be_searched_by_person_deed_day_and_case(web, auditor):
    case = "11111111-2222-4333-8444-555555555555"
    _write(web, 2, "case.claim")
    later(web.campus, days=2)
    with web.campus.store.transaction() as tx:
        me = str(tx.members.find("audit").id)
        tx.audit.add(
            actor=me,
            action="talk.read",
            now=web.campus.clock.now(),
            case_id=UUID(case),
        )
    auditor.sign_in("audit", to=OWN)
    today = f"{web.campus.clock.now():%Y-%m-%d}"

    assert len(_numbers(auditor.get(f"{LOG}?action=case."))) == 2
    assert _numbers(auditor.get(f"{LOG}?case={case}")) == [4]
    assert _numbers(auditor.get(f"{LOG}?actor=audit&action=talk")) == [4]
    assert 2 not in _numbers(auditor.get(f"{LOG}?since={today}"))
    assert _numbers(auditor.get(f"{LOG}?until=2026-11-22&action=case")) == [3, 2]
    assert "No line fits" in auditor.get(f"{LOG}?actor=nobody").text


def test_a_line_that_was_changed_behind_the_desk_is_told(web, auditor):
    _write(web, 3)
    assert "unbroken" in auditor.get(LOG).text
    with web.campus.engine.begin() as connection:
        connection.execute(text("UPDATE audit SET action = 'nothing' WHERE number = 3"))

    assert "chain broken at line 3" in auditor.get(f"{LOG}?check=1").text


def test_the_log_can_be_saved_as_a_table(web, auditor):
    _write(web, 2, reason="=HYPERLINK(1)")

    answer = auditor.get(f"{LOG}.csv?action=case")

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert [row["number"] for row in rows] == ["3", "2"]
    assert rows[0]["reason"] == "'=HYPERLINK(1)"
    assert actions(web.campus)[-1] == "audit.export"


def _secret(page):
    found = re.search(r'<code class="secret">([^<]+)</code>', page.text)
    assert found
    return found.group(1).replace(" ", "")
