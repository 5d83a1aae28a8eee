"""`nuanyu staff`: what an operator types and what comes of it."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli.doctor_staff import STAFF_CHECKS
from cli.findings import Health
from companion.errors import BadInput
from companion.staff.link_code import code_hash
from companion.staff.people import ChannelKind
from infra.desk_auth import check_password, is_once
from infra.prepare import prepare
from infra.settings import load_settings
from infra.store.engine import database_url, make_engine
from infra.store.store import SqlStore
from infra.vault import KeyRing, Sealers
from nuanyu import app
from tests.fakes.botapi import FakeBotApi
from tests.fakes.mail_server import MailServer
from tests.fakes.ports import RecordedBell, RecordedJobs
from tests.fakes.receiver import Receiver
from tests.fakes.wecom import FakeWecom

PATTERN = """
[[shift]]
login = "li"
duty = "primary"
days = [1, 2, 3, 4, 5, 6, 7]
from = 08:00:00
to = 20:00:00
when = "always"

[[shift]]
login = "Wang"
duty = "primary"
days = [1, 2, 3, 4, 5, 6, 7]
from = 20:00:00
to = 08:00:00
"""
CAMPUS = """
language = "en"
name = { zh = "某大学", en = "Some University" }

[[holidays]]
from = 2027-01-02
to = 2027-01-03
name = { zh = "元旦", en = "New Year" }
"""


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """Two installations to copy: a fresh one, and one where two people are hired."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("fresh", "hired")}
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in folders.items():
            (folder / "campus.toml").write_text(CAMPUS, encoding="utf-8")
            (folder / "week.toml").write_text(PATTERN, encoding="utf-8")
            _move_in(folder, patch)
            prepare(load_settings())
            if name == "hired":
                type_("add", "li", "--name", "李老师", "--language", "en")
                type_("add", "wang", "--name", "Ms Wang")
    return folders


@pytest.fixture
def place(templates, tmp_path, monkeypatch):
    """A fresh installation; nothing of this machine's own settings is seen."""
    shutil.copytree(templates["fresh"], tmp_path, dirs_exist_ok=True)
    _move_in(tmp_path, monkeypatch)
    return tmp_path


def _move_in(folder, patch):
    for name in [name for name in os.environ if name.startswith("NUANYU_")]:
        patch.delenv(name)
    patch.chdir(folder)
    patch.setenv("NUANYU_DATA_DIR", str(folder / "data"))
    patch.setenv("NUANYU_CAMPUS_FILE", str(folder / "campus.toml"))


def type_(*words, status=0, said=None):
    """Type `nuanyu staff …`; returns what is printed."""
    done = CliRunner().invoke(app, ["staff", *map(str, words)], input=said)
    if isinstance(done.exception, BadInput):
        raise done.exception
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


@pytest.fixture
def staff(place):
    return type_


@pytest.fixture
def store(place):
    settings = load_settings()
    engine = make_engine(database_url(settings))
    sealers = Sealers(KeyRing.from_settings(settings))
    yield SqlStore(engine, sealers, jobs=RecordedJobs(), bell=RecordedBell())
    engine.dispose()


@pytest.fixture
def hired(templates, place):
    """Two people are there: li and wang."""
    shutil.copytree(templates["hired"], place, dirs_exist_ok=True)
    return type_


def audited(store):
    with store.reading() as tx:
        assert tx.audit.broken_at() is None
        return [(entry.action, entry.detail.get("what")) for entry in reversed(tx.audit.lines())]


# ---------------------------------------------------------------- accounts


def test_a_new_account_gets_a_password_that_is_shown_once_and_must_be_replaced(staff, store):
    shown = staff("add", " Li ", "--name", "李老师", "--role", "supervisor")

    password = re.search(r"One-time password: (\S+)", shown)[1]
    with store.reading() as tx:
        login = tx.members.login("li")
    now = datetime.now(UTC)
    assert check_password(login.password, password, now=now).ok
    assert is_once(login.password)
    assert not check_password(login.password, password, now=now + timedelta(days=8)).ok
    assert password not in login.password
    with store.reading() as tx:
        (entry,) = tx.audit.lines()
    assert (entry.actor, entry.action) == ("system", "account.add")
    assert entry.detail == {"by": "cli", "staff": str(login.staff.id), "role": "supervisor"}


def test_a_password_can_be_typed_instead_and_a_weak_one_is_refused(staff, store):
    typed = "gravel Moss 7 harbour"
    shown = staff("add", "li", "--name", "Li", "--ask", said=f"{typed}\n{typed}\n")

    assert typed not in shown
    with store.reading() as tx:
        kept = tx.members.login("li").password
    assert check_password(kept, typed, now=datetime.now(UTC)).ok
    assert not is_once(kept)
    with pytest.raises(BadInput, match="12 characters"):
        staff("password", "li", "--ask", said="short\nshort\n")


@pytest.mark.parametrize("login", ["", "a", "-li", "li na", "李", "x" * 65, "li\n"])
def test_a_login_that_nobody_could_type_is_refused(staff, login):
    if login.strip() == "li":
        assert "li is counsellor" in staff("add", "--name", "Li", "--", login)
        return
    with pytest.raises(BadInput, match="login"):
        staff("add", "--name", "Li", "--", login)


def test_the_list_tells_who_is_there_and_who_can_be_paged(hired):
    hired("channel", "li", "email", "li@example.edu")
    hired("on", "li")

    lines = hired("list").splitlines()

    assert lines == [
        "wang\tMs Wang\tcounsellor\tno channel",
        "li\t李老师\tcounsellor\temail\ton duty",
    ]
    hired("off", "li")
    assert "on duty" not in hired("list")


def test_who_is_disabled_is_locked_out_and_what_they_leave_is_told(hired, store):
    begin = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT08:00")
    hired("roster", "add", "li", "primary", begin, "20:00")

    said = hired("disable", "li")

    assert "1 shifts need somebody else" in said
    with store.reading() as tx:
        assert tx.members.login("li") is None
    with pytest.raises(BadInput, match="disabled"):
        hired("password", "li")
    assert ("account.disable", None) in audited(store)


def test_a_new_password_unlocks_an_account(hired, store):
    with store.transaction() as tx:
        li = tx.members.find("li")
        tx.members.failed(li.id, locked_until=datetime.now(UTC) + timedelta(hours=9))

    hired("password", "li")

    with store.reading() as tx:
        assert tx.members.login("li").locked_until is None
    assert ("account.change", "password") in audited(store)


def test_a_second_factor_is_shown_as_an_address_and_a_picture_and_can_be_taken_away(hired, store):
    shown = hired("totp", "li")

    address = next(line for line in shown.splitlines() if line.startswith("otpauth://totp/"))
    assert "█" in shown
    with store.reading() as tx:
        assert f"secret={tx.members.login('li').totp_secret}" in address
    hired("totp", "li", "--off")
    with store.reading() as tx:
        assert tx.members.login("li").totp_secret is None
    assert [what for _, what in audited(store)][-2:] == ["totp", "totp_off"]


def test_a_link_code_is_shown_once_and_only_its_hash_is_kept(hired, store):
    code = hired("link", "li").splitlines()[0]

    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", code)
    with store.transaction() as tx:
        now = datetime.now(UTC)
        assert tx.members.use_code(code_hash(code), now=now + timedelta(minutes=16)) is None
        assert tx.members.use_code(code_hash(code), now=now) == tx.members.find("li").id


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("email", " li@example.edu ", "li@example.edu"),
        ("telegram", "-100123", "-100123"),
        ("webhook", "https://example.edu/page?k=1", "https://example.edu/page?k=1"),
        ("wecom", "https://qyapi.weixin.qq.com/x?key=0f0e0d0c-aaaa", "0f0e0d0c-aaaa"),
        ("wecom_app", " li.wen@example ", "li.wen@example"),
    ],
)
def test_a_channel_is_added_listed_with_its_address_hidden_and_dropped(
    hired, store, kind, given, kept
):
    hired("channel", "--", "li", kind, given)

    with store.reading() as tx:
        (way,) = tx.members.channels(tx.members.find("li").id)
    assert (way.kind, way.address) == (ChannelKind(kind), kept)
    listed = hired("channel", "li")
    assert listed.startswith(kind)
    assert kept not in listed
    with pytest.raises(BadInput, match="somebody else"):
        hired("channel", "--", "wang", kind, given)
    hired("channel", "--drop", "--", "li", kind, given)
    assert "no channel" in hired("channel", "li")
    assert [what for _, what in audited(store)][-2:] == ["channel", "channel_gone"]


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "li"),
        ("email", "li@example.edu, x@example.edu"),
        ("telegram", "@li"),
        ("webhook", "http://example.edu/"),
        ("webhook", "https://name:word@example.edu/"),
        ("wecom", "https://example.edu/?nokey=1"),
        ("wecom", ""),
        ("wecom_app", "@all"),
        ("wecom_app", "li|wang"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_and_not_quoted(hired, kind, address):
    with pytest.raises(BadInput) as refused:
        hired("channel", "li", kind, address)

    assert len(address) <= 2 or address not in str(refused.value)


@pytest.mark.parametrize(
    "words",
    [
        ("disable", "nobody"),
        ("password", "nobody"),
        ("totp", "nobody"),
        ("link", "nobody"),
        ("channel", "nobody"),
        ("channel", "nobody", "telegram", "1"),
        ("on", "nobody"),
        ("page-test", "nobody"),
        ("roster", "add", "nobody", "primary", "2027-01-01T08:00", "20:00"),
    ],
)
def test_somebody_unknown_is_named_and_where_to_look(hired, words):
    with pytest.raises(BadInput, match="no account nobody: see `nuanyu staff list`"):
        hired(*words)


def test_a_database_without_its_schema_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUANYU_DATA_DIR", str(tmp_path))

    done = CliRunner().invoke(app, ["staff", "list"])

    assert isinstance(done.exception, BadInput)
    assert "nuanyu migrate" in str(done.exception)


# ---------------------------------------------------------------- the roster


def test_a_weekly_pattern_becomes_shifts_may_be_run_again_and_tells_its_gaps(hired, place):
    week = ("roster", "week", place / "week.toml", "--from", "2027-01-01", "--to", "2027-01-04")

    first = hired(*week).splitlines()

    # Wang's nights rest on the holiday; the first morning belongs to the night before it.
    assert first == [
        "6 shifts added, 0 were there already.",
        "Nobody on primary: Fri 1 Jan 00:00 – 08:00",
        "Nobody on primary: Sat 2 Jan 20:00 – Sun 3 Jan 08:00",
        "Nobody on primary: Sun 3 Jan 20:00 – Mon 4 Jan 08:00",
    ]
    assert hired(*week).splitlines()[0] == "0 shifts added, 6 were there already."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("li", "zhao"), "no account in use for zhao"),
        (("duty = ", "job = "), "shift 1 duty"),
        (("[1, 2,", "[0, 2,"), "shift 1 days 1"),
        (("08:00:00", "eight"), "not valid TOML"),
        (("[[shift]]", "[[shifts]]"), "shifts"),
    ],
)
def test_a_pattern_that_is_wrong_names_the_file_and_the_place(hired, place, change, told):
    (place / "week.toml").write_text(PATTERN.replace(*change), encoding="utf-8")

    with pytest.raises(BadInput, match=told) as refused:
        hired("roster", "week", place / "week.toml", "--from", "2027-01-01", "--to", "2027-01-02")

    assert "week.toml" in str(refused.value)


def test_days_the_wrong_way_round_are_refused(hired, place):
    with pytest.raises(BadInput, match="--to must not be before"):
        hired("roster", "week", place / "week.toml", "--from", "2027-01-02", "--to", "2027-01-01")


def test_a_shift_is_added_in_local_time_shown_given_on_and_removed(hired, store):
    day = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")
    line = hired("roster", "add", "li", "primary", f"{day}T20:00", "08:00").strip()

    shift, stretch, duty, name = line.split("\t")
    assert (duty, name) == ("primary", "李老师")
    assert "20:00 – " in stretch
    assert stretch.endswith("08:00")
    assert hired("roster", "show").splitlines()[0] == line
    hired("roster", "give", shift, "wang")
    assert "Ms Wang" in hired("roster", "show")
    hired("roster", "remove", shift)
    assert "Ms Wang" not in hired("roster", "show")
    assert [what for action, what in audited(store) if action == "roster.change"] == [
        *("add", "give", "remove")
    ]
    with pytest.raises(BadInput, match="roster show"):
        hired("roster", "remove", shift)


def test_somebody_in_two_places_is_told_at_once(hired):
    hired("roster", "add", "li", "primary", "2027-01-01T08:00", "20:00")

    said = hired("roster", "add", "li", "backup", "2027-01-01T18:00", "2027-01-02T08:00")

    assert "李老师 is on primary and backup at once: Fri 1 Jan 18:00 – 20:00" in said


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("tomorrow", "20:00"),
        ("2027-01-01T08:00", "soon"),
        ("2027-01-02T08:00", "2027-01-01T08:00"),
        ("2027-01-01T08:00", "2027-02-01T08:00"),
    ],
)
def test_times_that_make_no_shift_are_refused(hired, begin, end):
    with pytest.raises(BadInput):
        hired("roster", "add", "li", "primary", begin, end)


def test_who_takes_no_cases_gets_no_duty(hired):
    hired("add", "audit", "--name", "Auditor", "--role", "auditor")

    with pytest.raises(BadInput, match="takes no cases"):
        hired("roster", "add", "audit", "primary", "2027-01-01T08:00", "20:00")


def test_gaps_are_told_by_words_and_by_the_exit_status(hired, place):
    assert "Nobody on primary" in hired("roster", "gaps", status=1)
    begin = datetime.now(UTC) - timedelta(days=1)
    days = {"--from": begin, "--to": begin + timedelta(days=10)}
    spread = [word for name, day in days.items() for word in (name, day.strftime("%Y-%m-%d"))]
    pattern = PATTERN.replace('duty = "primary"', 'duty = "primary"\nwhen = "always"', 2)
    (place / "week.toml").write_text(
        pattern.replace('to = 20:00:00\nwhen = "always"', "to = 20:00:00"), encoding="utf-8"
    )
    hired("roster", "week", place / "week.toml", *spread)

    assert "all the time for 7 days" in hired("roster", "gaps")
    hired("disable", "wang")
    assert "Nobody on primary" in hired("roster", "gaps", status=1)


# ---------------------------------------------------------------- the audit log


def test_an_unbroken_log_gives_its_end_to_keep_and_takes_it_back(hired):
    kept = hired("audit", "--verify").splitlines()[-1]
    hired("on", "li")

    assert re.fullmatch(r"2:[0-9a-f]{64}", kept)
    assert "unbroken, 3 lines" in hired("audit", "--verify", "--kept", kept)
    assert [line.split("\t")[3] for line in hired("audit").splitlines()] == [
        *("staff.on_duty", "account.add", "account.add")
    ]


def test_a_broken_log_names_the_line_and_fails(hired, store):
    kept = hired("audit", "--verify").splitlines()[-1]
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE audit SET action = 'x' WHERE number = 2"))

    assert "BROKEN at line 2" in hired("audit", "--verify", status=1)
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE number = 2"))
    assert "unbroken, 1 lines" in hired("audit", "--verify")
    assert "line 2 is not the one" in hired("audit", "--kept", kept, status=1)
    with pytest.raises(BadInput, match="NUMBER:HASH"):
        hired("audit", "--kept", "2:x")


# ---------------------------------------------------------------- test pages


def test_a_test_page_goes_over_every_channel_and_tells_each_ones_fate(hired, store, monkeypatch):
    with MailServer("none") as mail, Receiver() as receiver, FakeBotApi() as api:
        bot = api.bot("2:STAFF")
        bot.user(77)
        settings = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mail.port),
            "SMTP_TLS": "none",
            "SMTP_FROM": "nuanyu@example.edu",
            "STAFF_WEBHOOK_SECRET": "a-long-made-up-word-31415",
            "WECOM_ROBOT_URL": f"{receiver.url}/robot",
            "TELEGRAM_API_URL": api.url,
            "STAFF_TELEGRAM_TOKEN": "2:STAFF",
            "STAFF_TELEGRAM_CHAT": "-1001",
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"NUANYU_{name}", value)
        for kind, address in (
            ("email", "li@example.edu"),
            ("telegram", "77"),
            ("webhook", f"{receiver.url}/page"),
            ("wecom", "0f0e0d0c-aaaa"),
        ):
            hired("channel", "li", kind, address)
        receiver.answers(410)
        receiver.answers(200, {"errcode": 45009})

        said = hired("page-test", "li", status=1)

        assert said.splitlines() == [
            "email\ttaken",
            "telegram\ttaken",
            "webhook\trefused: http_410",
            "wecom\tnot now: retry after 60 s",
        ]
        (letter,) = mail.letters
        assert letter["subject"] == "[TEST] Nuanyu page"
        assert "[TEST] This is a test page to 李老师." in letter.get_content()
        assert bot.sent_to(77)[0]["text"].startswith("[TEST]")
    with store.reading() as tx:
        last = tx.audit.lines(limit=1)[0]
    assert (last.action, last.detail) == (
        "staff.page_test",
        {"by": "cli", "channels": 4, "taken": 2},
    )


def test_a_test_page_to_nobody_says_so(hired):
    assert "no channel" in hired("page-test", "li", status=1)
    assert "no channel" in hired("page-test", status=1)
    hired("channel", "li", "email", "li@example.edu")
    assert "off: its settings are missing" in hired("page-test", "li", status=1)


# ---------------------------------------------------------------- the doctor


def examined(**settings):
    return [
        (finding.what, finding.health, finding.detail)
        for check in STAFF_CHECKS
        for finding in check(load_settings(**settings))
    ]


def test_the_doctor_misses_people_then_their_channels_then_their_duty(staff, place):
    assert ("staff", Health.ILL) in [found[:2] for found in examined()]
    staff("add", "li", "--name", "Li")
    assert any("cannot be paged: li" in detail for _, _, detail in examined())
    staff("channel", "li", "wecom", "0f0e0d0c-aaaa")
    found = examined()
    assert ("staff", Health.WELL, "1 take cases, all can be paged") in found
    assert any(
        what == "roster" and health is Health.ILL and "Nobody on primary" in detail
        for what, health, detail in found
    )


def test_the_doctor_tries_the_mail_server_and_weighs_the_webhooks_secret(place):
    with MailServer("none") as mail:
        settings = {
            "smtp_host": "127.0.0.1",
            "smtp_port": mail.port,
            "smtp_tls": "none",
            "smtp_from": "nuanyu@example.edu",
        }
        found = examined(**settings, staff_webhook_secret="short")
        assert ("mail", Health.WELL, "the server answers and lets us in") in found
        assert ("webhook secret", Health.ILL) in [one[:2] for one in found]
        assert mail.letters == []
        wrong = examined(**settings, smtp_user="nuanyu", smtp_password="wrong")
        assert any(what == "mail" and "not_signed_in" in detail for what, _, detail in wrong)
    gone = examined(**settings)
    assert any(what == "mail" and "does not answer" in detail for what, _, detail in gone)


@pytest.mark.parametrize(
    ("secret", "health", "told"),
    [
        ("a-made-up-secret", Health.WELL, "WeCom knows our application"),
        ("another", Health.ILL, "wecom_40001"),
    ],
)
def test_the_doctor_tries_the_wecom_application_and_writes_to_nobody(place, secret, health, told):
    given = {"wecom_corp_id": "ww1", "wecom_agent_id": 7, "wecom_secret": secret}
    with FakeWecom(corp_id="ww1", secret="a-made-up-secret", agent_id=7, members={"li"}) as wecom:
        found = examined(**given, wecom_api_url=wecom.url)
        assert wecom.sent == []
    gone = examined(**given, wecom_api_url="http://127.0.0.1:1")

    assert [one[1] for one in found if one[0] == "wecom" and told in one[2]] == [health]
    assert any(what == "wecom" and "does not answer" in detail for what, _, detail in gone)
    assert ("wecom", Health.HINT) in [one[:2] for one in examined()]
