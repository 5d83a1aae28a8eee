"""The door of the desk: who gets in, how far, for how long, and what is written down of it."""

from __future__ import annotations

import asyncio
import re
import time
from http import HTTPStatus

import pytest
from starlette.requests import Request

from bot.chat.watch import Watch
from bot.desk.door import COOKIE, IDLE, LONGEST, SETUP, SIGNIN, still_in
from bot.desk.page import Desk
from bot.desk.tries import FIRST_LOCK, FREE_TRIES, LONGEST_LOCK, SLOWEST_NO, locked_until
from companion.language import Language
from companion.staff.people import Role
from infra.desk_auth import check_password
from tests.fakes.desk_visitor import (
    PASSWORD,
    SECRET,
    account,
    actions,
    later,
    visitor,
)

OWN = "/desk/account"


@pytest.fixture
def campus_desk(web):
    account(web.campus)
    return web


@pytest.fixture
def li(campus_desk):
    visit = visitor(campus_desk)
    visit.sign_in("li", to=OWN)
    assert visit.where == OWN
    return visit


# ------------------------------------------------------------ strangers


def test_a_stranger_is_led_to_the_sign_in_and_afterwards_to_where_they_wanted(campus_desk):
    visit = visitor(campus_desk)

    visit.get(f"{OWN}?done=saved")

    assert visit.where == SIGNIN
    assert visit.field("next") == f"{OWN}?done=saved"
    visit.post(SIGNIN, login="li", password=PASSWORD, code=visit.code(), next=visit.field("next"))
    assert visit.where == OWN


@pytest.mark.parametrize(
    "wish",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/chat",
        "/deskx",
        "/desk\\..\\",
        "/desk/\n",
    ],
)
def test_the_sign_in_leads_nowhere_outside_the_desk(campus_desk, wish):
    visit = visitor(campus_desk)
    visit.get(SIGNIN)

    visit.post(SIGNIN, login="li", password=PASSWORD, code=visit.code(), next=wish)

    assert str(visit.page.url).startswith("http://testserver/desk")


def test_a_stranger_who_asks_for_no_page_is_told_401(campus_desk):
    client = visitor(campus_desk).client

    assert client.get(OWN).status_code == HTTPStatus.UNAUTHORIZED
    assert client.post("/desk/duty").status_code == HTTPStatus.UNAUTHORIZED
    assert client.get("/desk/no-such-page").status_code == HTTPStatus.UNAUTHORIZED


# ------------------------------------------------------------ signing in


def test_login_password_and_code_open_the_desk_and_it_is_written_down(campus_desk, li):
    assert li.get(OWN).status_code == HTTPStatus.OK
    assert actions(campus_desk.campus) == ["staff.signin"]


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [
        ("li", "wrong", None),
        ("li", PASSWORD, "000000"),
        ("li", PASSWORD, ""),
        ("nobody", PASSWORD, None),
        ("", "", ""),
        ("li", "x" * 5000, None),
    ],
    ids=["password", "code", "no code", "login", "nothing", "endless"],
)
def test_whatever_is_wrong_the_answer_is_the_same(campus_desk, login, password, code):
    visit = visitor(campus_desk)
    began = time.monotonic()
    answer = visit.sign_in(login, password, code=code)
    took = time.monotonic() - began

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert took >= SLOWEST_NO
    assert "Login, password or code is wrong" in _words(answer)
    assert COOKIE not in visit.client.cookies


def test_an_account_out_of_use_opens_nothing_and_its_open_browsers_are_out(campus_desk, li):
    campus = campus_desk.campus
    with campus.store.transaction() as tx:
        tx.members.disable(tx.members.find("li").id, now=campus.clock.now())

    assert li.get(OWN).url.path == SIGNIN
    assert visitor(campus_desk).sign_in("li").status_code == HTTPStatus.UNAUTHORIZED


def test_a_code_works_once(campus_desk, li):
    other = visitor(campus_desk)
    assert other.sign_in("li").status_code == HTTPStatus.UNAUTHORIZED

    later(campus_desk.campus, seconds=30)
    other.sign_in("li", to=OWN)
    assert other.where == OWN


def test_the_form_of_another_site_signs_nobody_in(campus_desk):
    visit = visitor(campus_desk)
    visit.get(SIGNIN)
    form = {"login": "li", "password": PASSWORD, "code": visit.code(), "csrf": visit.csrf}

    forged = visit.client.post(SIGNIN, data=form | {"csrf": "made-up"})
    crossing = visit.client.post(SIGNIN, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    bare = visitor(campus_desk).client.post(SIGNIN, data=form)

    refused = [answer.status_code for answer in (forged, crossing, bare)]
    assert refused == [HTTPStatus.FORBIDDEN] * 3


# ------------------------------------------------------------ the lock


def test_after_five_failures_the_right_password_is_refused_until_the_lock_ends(campus_desk):
    campus, visit = campus_desk.campus, visitor(campus_desk)
    for _ in range(FREE_TRIES):
        visit.sign_in("li", "wrong")

    assert visit.sign_in("li").status_code == HTTPStatus.UNAUTHORIZED
    later(campus, seconds=FIRST_LOCK.total_seconds() - 1)
    assert visit.sign_in("li").status_code == HTTPStatus.UNAUTHORIZED
    later(campus, seconds=1)
    visit.sign_in("li", to=OWN)
    assert visit.where == OWN
    # The two that were not even looked at are a line each, a quarter of an hour apart.
    assert actions(campus).count("staff.failed") == FREE_TRIES + 2
    assert actions(campus).count("staff.locked") == 1


def test_the_lock_grows_with_every_failure_after_it_and_ends_with_a_success(campus_desk):
    campus, visit = campus_desk.campus, visitor(campus_desk)
    for _ in range(FREE_TRIES):
        visit.sign_in("li", "wrong")
    later(campus, seconds=FIRST_LOCK.total_seconds())
    visit.sign_in("li", "wrong")

    later(campus, seconds=FIRST_LOCK.total_seconds())
    assert visit.sign_in("li").status_code == HTTPStatus.UNAUTHORIZED
    later(campus, seconds=FIRST_LOCK.total_seconds())
    visit.sign_in("li", to=OWN)
    assert visit.where == OWN

    later(campus, minutes=1)
    other = visitor(campus_desk)
    other.sign_in("li", "wrong")
    other.sign_in("li", to=OWN)
    assert other.where == OWN


@pytest.mark.parametrize(
    ("failures", "minutes"), [(4, None), (5, 15), (6, 30), (7, 60), (9, 240), (400, 240)]
)
def test_how_long_a_lock_lasts(campus, failures, minutes):
    now = campus.clock.now()

    until = locked_until(failures, now=now)

    assert (until and (until - now).total_seconds() / 60) == minutes
    assert until is None or until - now <= LONGEST_LOCK


def test_guesses_at_nobody_fill_the_log_with_one_line_a_minute(campus_desk):
    visit = visitor(campus_desk)
    for login in ("nobody", "noone", "ghost"):
        visit.sign_in(login)

    assert actions(campus_desk.campus) == ["staff.failed"]


# ------------------------------------------------------------ the session


def test_an_idle_browser_is_out_after_half_an_hour(campus_desk, li):
    later(campus_desk.campus, seconds=IDLE.total_seconds() - 1)
    assert li.get(OWN).url.path == OWN
    later(campus_desk.campus, seconds=IDLE.total_seconds() - 1)
    assert li.get(OWN).url.path == OWN
    later(campus_desk.campus, seconds=IDLE.total_seconds())
    assert li.get(OWN).url.path == SIGNIN


def test_a_browser_in_constant_use_is_out_after_twelve_hours(campus_desk, li):
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        later(campus_desk.campus, minutes=15)
        assert li.get(OWN).url.path == OWN
    later(campus_desk.campus, minutes=15)

    assert li.get(OWN).url.path == SIGNIN


def test_an_open_event_stream_keeps_a_browser_in_until_it_is_signed_out(campus_desk, li):
    desk = Desk(parts=campus_desk.parts, watch=Watch(campus_desk.parts.redis_url))
    cookie = f"{COOKIE}={li.client.cookies[COOKIE]}".encode()
    stream = Request({"type": "http", "desk": desk, "headers": [(b"cookie", cookie)]})
    for _ in range(4):
        later(campus_desk.campus, minutes=20)
        assert asyncio.run(still_in(stream))
    assert li.get(OWN).url.path == OWN

    li.post("/desk/signout")
    assert not asyncio.run(still_in(stream))


def test_signing_out_ends_the_session_at_the_server_too(campus_desk, li):
    token = li.client.cookies[COOKIE]

    li.post("/desk/signout")

    assert li.where == SIGNIN
    thief = visitor(campus_desk, **{COOKIE: token})
    assert thief.get(OWN).url.path == SIGNIN
    assert actions(campus_desk.campus)[-1] == "staff.signout"


def test_what_is_kept_of_a_browser_does_not_open_the_desk(campus_desk, li):
    token = li.client.cookies[COOKIE]
    rows = campus_desk.campus.engine.raw_connection().execute("SELECT * FROM staff_sessions")

    assert token not in repr(rows.fetchall())


@pytest.mark.parametrize(
    ("public_url", "secure"), [("https://care.example.edu", True), (None, False)]
)
def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(make_web, public_url, secure):
    web = make_web(**({"public_url": public_url} if public_url else {}))
    account(web.campus)
    client = visitor(web)
    client.get(SIGNIN)
    door = client.page.headers["set-cookie"]
    form = {"login": "li", "password": PASSWORD, "code": client.code(), "csrf": client.csrf}
    name, _, value = door.partition(";")[0].partition("=")

    answer = client.client.post(
        SIGNIN, data=form, headers={"Cookie": f"{name}={value}"}, follow_redirects=False
    )

    for cookie in (door, answer.headers["set-cookie"]):
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        assert "path=/desk" in cookie.lower()
        assert ("secure" in cookie.lower()) is secure


def test_pages_stay_in_no_cache_and_run_no_script_but_their_own(li):
    answer = li.get(OWN)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]* src=\"/static/)", answer.text) == []
    assert re.findall(r"\s(?:style|on[a-z]+)=", answer.text) == []


# ------------------------------------------------------------ forms


@pytest.mark.parametrize("word", ["", "wrong"])
def test_a_form_without_the_sessions_word_is_refused(campus_desk, li, word):
    answer = li.post("/desk/duty", csrf=word, on="1")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    with campus_desk.campus.store.reading() as tx:
        assert tx.members.find("li").on_duty_since is None


def test_the_word_may_come_as_a_header_as_scripts_send_it(campus_desk, li):
    answer = li.client.post("/desk/duty", data={"on": "1"}, headers={"X-CSRF": li.csrf})

    assert answer.status_code == HTTPStatus.OK
    with campus_desk.campus.store.reading() as tx:
        assert tx.members.find("li").on_duty_since is not None


def test_the_word_of_somebody_else_is_refused(campus_desk, li):
    account(campus_desk.campus, "wang")
    wang = visitor(campus_desk)
    wang.sign_in("wang", to=OWN)

    assert li.post("/desk/duty", csrf=wang.csrf, on="1").status_code == HTTPStatus.FORBIDDEN


# ------------------------------------------------------------ a new account


def test_a_one_time_password_leads_to_a_password_and_a_second_factor_of_ones_own(web):
    account(web.campus, once=True, secret=None)
    visit = visitor(web)
    visit.sign_in("li", code="")
    assert visit.where == SETUP
    assert visit.get(OWN).url.path == SETUP

    visit.post(SETUP, password="a new long password", again="a new long password")
    assert visit.where == SETUP
    secret = _secret(visit.page)
    assert "<svg" in visit.page.text
    visit.post(SETUP, sealed=visit.field("sealed"), code=visit.code(secret))

    assert visit.get(OWN).url.path == OWN
    assert visitor(web).sign_in("li", PASSWORD).status_code == HTTPStatus.UNAUTHORIZED
    later(web.campus, minutes=1)
    again = visitor(web)
    again.sign_in("li", "a new long password", code=again.code(secret), to=OWN)
    assert again.where == OWN
    assert actions(web.campus).count("account.change") == 2


def test_nothing_but_the_set_up_is_open_before_it_is_done(web):
    account(web.campus, secret=None, role=Role.ADMIN)
    visit = visitor(web)
    visit.sign_in("li", code="")
    word = visit.csrf

    assert visit.get("/desk/accounts").url.path == SETUP
    visit.post("/desk/accounts", csrf=word, login="x2", name="X", role="admin", language="en")

    with web.campus.store.reading() as tx:
        assert tx.members.find("x2") is None


def test_a_wrong_code_keeps_the_picture_that_was_scanned(web):
    account(web.campus, secret=None)
    visit = visitor(web)
    visit.sign_in("li", code="")
    first = _secret(visit.page)

    answer = visit.post(SETUP, sealed=visit.field("sealed"), code="000000")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _secret(answer) == first


def test_nobody_can_choose_the_secret_of_the_second_factor(web):
    account(web.campus, secret=None)
    visit = visitor(web)
    visit.sign_in("li", code="")

    answer = visit.post(
        SETUP,
        sealed="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP.one",
        code=visit.code("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_one_time_password_ends_after_a_week(web):
    account(web.campus, once=True, secret=None)
    later(web.campus, days=7)

    assert visitor(web).sign_in("li", code="").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("short", "short", "too short"),
        ("x" * 201, "x" * 201, "too long"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "too simple"),
        ("this is li himself", "this is li himself", "must not contain"),
        ("a fine long password", "another long password", "differ"),
    ],
)
def test_a_password_that_is_no_good_is_refused_with_the_reason(web, password, again, told):
    account(web.campus, once=True)
    visit = visitor(web)
    visit.sign_in("li", to=OWN)

    answer = visit.post(SETUP, password=password, again=again)

    assert told in _words(answer)
    with web.campus.store.reading() as tx:
        kept = tx.members.login("li").password
    assert check_password(kept, PASSWORD, now=web.campus.clock.now()).ok


# ------------------------------------------------------------ rights


@pytest.mark.parametrize(
    ("role", "opens", "refuses"),
    [
        (Role.COUNSELLOR, [OWN], ["/desk/accounts", "/desk/audit", "/desk/audit.csv"]),
        (Role.SUPERVISOR, [OWN, "/desk/audit"], ["/desk/accounts"]),
        (Role.ADMIN, [OWN, "/desk/accounts"], ["/desk/audit", "/desk/audit.csv"]),
        (Role.AUDITOR, [OWN, "/desk/audit", "/desk/audit.csv"], ["/desk/accounts"]),
    ],
)
def test_what_a_role_opens(web, role, opens, refuses):
    account(web.campus, role=role)
    visit = visitor(web)
    visit.sign_in("li", to=OWN)

    assert {path: visit.get(path).status_code for path in opens} == dict.fromkeys(opens, 200)
    for path in refuses:
        answer = visit.get(path)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert f'href="{path}"' not in answer.text


@pytest.mark.parametrize(
    ("role", "home"), [(Role.ADMIN, "/desk/roster"), (Role.AUDITOR, "/desk/figures")]
)
def test_who_sees_no_cases_begins_elsewhere(web, role, home):
    account(web.campus, role=role)
    visit = visitor(web)
    visit.sign_in("li")
    assert visit.where == home

    assert visit.get("/desk").url.path == home


def test_a_role_that_was_taken_away_is_gone_at_the_next_press(web):
    admin = account(web.campus, role=Role.ADMIN)
    visit = visitor(web)
    visit.sign_in("li", to=OWN)
    with web.campus.store.transaction() as tx:
        tx.members.change(admin.id, role=Role.AUDITOR)

    assert visit.get("/desk/accounts").status_code == HTTPStatus.FORBIDDEN


# ------------------------------------------------------------ pages that go wrong


@pytest.mark.parametrize(
    ("language", "says"), [(Language.ZH, "没有找到"), (Language.EN, "Not found")]
)
def test_a_page_that_is_not_there_says_so_in_the_readers_language(web, language, says):
    account(web.campus, language=language)
    visit = visitor(web)
    visit.sign_in("li", to=OWN)

    answer = visit.get("/desk/no/such/page")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert says in answer.text


@pytest.mark.parametrize(("wish", "says"), [("zh-CN", "登录"), ("en-GB", "Sign in")])
def test_the_sign_in_speaks_the_browsers_language(campus_desk, wish, says):
    client = visitor(campus_desk).client

    assert says in client.get(SIGNIN, headers={"Accept-Language": wish}).text
    assert "登录" in client.get(f"{SIGNIN}?lang=zh", headers={"Accept-Language": "en"}).text


def test_without_its_database_the_desk_says_so_and_shows_no_details(campus_desk, li):
    campus_desk.breaks_the_database()

    answer = li.get(OWN)

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "The database does not answer" in _words(answer)
    assert "Traceback" not in answer.text


def test_what_nobody_foresaw_is_a_page_without_details(campus_desk, li):
    with campus_desk.campus.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE staff SET role = 'emperor'")
        connection.commit()

    answer = li.get(OWN)

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "<h1>" in answer.text
    assert "emperor" not in answer.text


def _words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def _secret(page):
    found = re.search(r'<code class="secret">([^<]+)</code>', page.text)
    assert found
    secret = found.group(1).replace(" ", "")
    assert secret != SECRET
    return secret
