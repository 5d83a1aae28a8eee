"""Accounts, channels, codes, the roster and the audit log, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update

from companion.errors import BadInput, UnknownRow
from companion.language import Language
from companion.staff.duty import Duty, Shift
from companion.staff.link_code import LIFE, code_hash, new_code
from companion.staff.people import ChannelKind, Right, Role
from infra.store.staff_tables import AuditRow
from tests.store.conftest import NOW, SOON

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def hire(store):
    """Make an account; returns it."""

    def hire(login="li", *, role=Role.COUNSELLOR, name="李老师"):
        with store.transaction() as tx:
            return tx.members.add(login=login, name=name, role=role, language=Language.ZH, now=NOW)

    return hire


@pytest.fixture
def li(hire):
    return hire()


@pytest.fixture
def wang(hire):
    return hire("wang", name="王老师")


def shift_of(staff, begin=0, hours=4, *, duty=Duty.PRIMARY):
    starts_at = NOW + timedelta(hours=begin)
    return Shift(
        id=uuid4(),
        staff_id=staff.id,
        duty=duty,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )


# ---------------------------------------------------------------- accounts


def test_an_account_is_found_by_its_login_however_it_is_typed(store, hire):
    made = hire(" Li.Na ")

    with store.reading() as tx:
        assert tx.members.find("LI.NA ") == made == tx.members.get(made.id)
        assert made.login == "li.na"
        assert made.may(Right.CASES)
        assert tx.members.find("nobody") is None
        with pytest.raises(UnknownRow):
            tx.members.get(uuid4())


def test_a_login_is_taken_once(li, hire):
    with pytest.raises(BadInput, match="taken"):
        hire("LI")


def test_only_one_of_many_at_once_gets_a_login(store, hire):
    outcomes = at_once(6, lambda _: hire("li"))

    assert sum(not isinstance(one, BadInput) for one in outcomes) == 1


def test_what_is_changed_changes_and_the_rest_stays(store, li):
    with store.transaction() as tx:
        tx.members.change(li.id, role=Role.SUPERVISOR)
        tx.members.change(li.id)

    with store.reading() as tx:
        assert tx.members.get(li.id) == replace(li, role=Role.SUPERVISOR)


def test_a_disabled_account_is_gone_from_everywhere_but_history(store, li, wang):
    with store.transaction() as tx:
        tx.members.add_channel(li.id, ChannelKind.TELEGRAM, "77", now=NOW)
        tx.members.open_session("hash", li.id, csrf="c", now=NOW)
        tx.members.set_on_duty(li.id, NOW)
        tx.members.disable(li.id, now=SOON)

    with store.reading() as tx:
        assert [one.login for one in tx.members.all()] == ["wang"]
        assert tx.members.login("li") is None
        assert tx.members.session("hash") is None
        assert tx.members.by_address(ChannelKind.TELEGRAM, "77") is None
        gone = tx.members.get(li.id)
        assert (gone.disabled_at, gone.on_duty_since) == (SOON, None)
        assert not gone.may(Right.CASES)


# ---------------------------------------------------------------- signing in


def test_a_new_password_signs_every_browser_out(store, li):
    with store.transaction() as tx:
        tx.members.open_session("hash", li.id, csrf="word", now=NOW)
    with store.transaction() as tx:
        staff, csrf, opened_at, seen_at = tx.members.session("hash")
        assert (staff, csrf, opened_at, seen_at) == (li, "word", NOW, NOW)
        tx.members.set_password(li.id, "a hash", now=SOON)

    with store.reading() as tx:
        assert tx.members.session("hash") is None
        assert tx.members.login("li").password == "a hash"


def test_the_second_factors_secret_is_sealed_at_rest(store, engine, li):
    with store.transaction() as tx:
        tx.members.set_totp(li.id, "JBSWY3DPEHPK3PXP")

    with store.reading() as tx:
        assert tx.members.login("li").totp_secret == "JBSWY3DPEHPK3PXP"
    with engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT totp_body FROM staff")).one()
    assert b"JBSWY3DPEHPK3PXP" not in bytes(kept)


def test_a_six_digit_code_works_once_and_an_older_one_never_after_it(store, li):
    with store.transaction() as tx:
        used = [tx.members.used_totp(li.id, step) for step in (100, 100, 99, 101)]

    assert used == [True, False, False, True]


def test_only_one_of_many_at_once_uses_a_six_digit_code(store, li):
    def use(_):
        with store.transaction() as tx:
            return tx.members.used_totp(li.id, 100)

    assert sum(at_once(6, use)) == 1


def test_failed_tries_are_counted_by_all_together_and_forgotten_on_success(store, li):
    def fail(_):
        with store.transaction() as tx:
            return tx.members.failed(li.id, locked_until=LATER)

    assert sorted(at_once(5, fail)) == [1, 2, 3, 4, 5]
    with store.transaction() as tx:
        assert tx.members.login("li").locked_until == LATER
        tx.members.succeeded(li.id)
        assert (tx.members.login("li").failures, tx.members.login("li").locked_until) == (0, None)


# ---------------------------------------------------------------- channels and codes


def test_an_address_belongs_to_one_person_and_is_sealed_at_rest(store, engine, li, wang):
    with store.transaction() as tx:
        first = tx.members.add_channel(li.id, ChannelKind.EMAIL, "duty@example.edu", now=NOW)
        again = tx.members.add_channel(li.id, ChannelKind.EMAIL, "duty@example.edu", now=SOON)
        others = tx.members.add_channel(wang.id, ChannelKind.EMAIL, "duty@example.edu", now=SOON)

    assert first == again
    assert others is None
    with store.reading() as tx:
        (way,) = tx.members.channels(li.id)
        assert (way.id, way.kind, way.address) == (first, ChannelKind.EMAIL, "duty@example.edu")
        assert "duty" not in repr(way)
        assert tx.members.by_address(ChannelKind.EMAIL, "duty@example.edu") == li
        assert tx.members.by_address(ChannelKind.TELEGRAM, "duty@example.edu") is None
    with engine.connect() as connection:
        row = connection.execute(text("SELECT lookup, address_body FROM staff_channels")).one()
    assert b"duty@" not in repr(tuple(row)).encode() + bytes(row.address_body)


def test_a_channel_is_dropped_by_its_owner_alone(store, li, wang):
    with store.transaction() as tx:
        way = tx.members.add_channel(li.id, ChannelKind.WECOM, "a-made-up-key", now=NOW)
        assert not tx.members.drop_channel(wang.id, way)
        assert tx.members.drop_channel(li.id, way)
        assert not tx.members.drop_channel(li.id, way)
        assert tx.members.channels(li.id) == []


def test_a_link_code_works_once_however_it_is_typed(store, li):
    code = new_code()
    with store.transaction() as tx:
        tx.members.add_code(code_hash(code), li.id, expires_at=NOW + LIFE)

    typed = f" {code[:4].lower()}-{code[4:]} "
    with store.transaction() as tx:
        assert tx.members.use_code(code_hash(typed), now=SOON) == li.id
    with store.transaction() as tx:
        assert tx.members.use_code(code_hash(code), now=SOON) is None


def test_only_one_of_many_at_once_uses_a_link_code(store, li):
    with store.transaction() as tx:
        tx.members.add_code(code_hash("K7MQ2RWX"), li.id, expires_at=NOW + LIFE)

    def use(_):
        with store.transaction() as tx:
            return tx.members.use_code(code_hash("K7MQ2RWX"), now=SOON)

    assert sorted(map(str, at_once(6, use))) == sorted([str(li.id), *["None"] * 5])


def test_a_link_code_expires_and_a_new_one_voids_the_one_before(store, li):
    with store.transaction() as tx:
        tx.members.add_code("first", li.id, expires_at=NOW + LIFE)
        tx.members.add_code("second", li.id, expires_at=NOW + LIFE)

    with store.transaction() as tx:
        assert tx.members.use_code("first", now=SOON) is None
        assert tx.members.use_code("second", now=NOW + LIFE) is None


# ---------------------------------------------------------------- the roster


def test_shifts_that_touch_a_stretch_are_told_the_earliest_first(store, li, wang):
    before, over, inside, after = (
        shift_of(li, -4, 4),
        shift_of(li, -1, 2),
        shift_of(wang, 2, 1, duty=Duty.BACKUP),
        shift_of(li, 4, 4),
    )
    with store.transaction() as tx:
        for shift in (after, inside, over, before):
            tx.shifts.add(shift)

    with store.reading() as tx:
        assert list(tx.shifts.between(NOW, NOW + timedelta(hours=4))) == [over, inside]


def test_a_shift_is_given_to_somebody_else_and_taken_out(store, li, wang):
    shift = shift_of(li)
    with store.transaction() as tx:
        tx.shifts.add(shift)
        assert tx.shifts.give(shift.id, to=wang.id)
        assert not tx.shifts.give(uuid4(), to=wang.id)

    with store.transaction() as tx:
        assert list(tx.shifts.between(NOW, LATER)) == [replace(shift, staff_id=wang.id)]
        assert tx.shifts.remove(shift.id)
        assert not tx.shifts.remove(shift.id)


# ---------------------------------------------------------------- the audit log


@pytest.fixture
def logged(store):
    """Five lines."""
    with store.transaction() as tx:
        for number in range(5):
            tx.audit.add(
                actor="system",
                action="roster.change",
                now=NOW + timedelta(seconds=number),
                student_id=uuid4(),
                detail={"what": "add", "shifts": number},
                reason="因为有人请假" if number == 2 else None,
            )


def test_an_untouched_log_is_unbroken_and_tells_its_end(store, logged):
    with store.reading() as tx:
        number, end = tx.audit.last()
        assert tx.audit.broken_at() is None
        assert (number, tx.audit.hash_of(5), tx.audit.hash_of(6)) == (5, end, None)
        newest, *_, oldest = tx.audit.lines()
        assert (newest.number, oldest.number) == (5, 1)
        assert [one.number for one in tx.audit.lines(before=4, limit=2)] == [3, 2]


def test_an_empty_log_is_unbroken(store):
    with store.reading() as tx:
        assert (tx.audit.last(), tx.audit.broken_at()) == ((0, "0" * 64), None)


def test_a_reason_is_sealed_at_rest_and_hidden_from_logs(store, engine, logged):
    with store.reading() as tx:
        entry = next(one for one in tx.audit.lines() if one.number == 3)
    assert entry.reason == "因为有人请假"
    assert "请假" not in repr(entry)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT reason_body FROM audit WHERE number = 3")).scalar()
    assert "请假".encode() not in bytes(kept)


CHANGES = {
    "who did it": update(AuditRow).where(AuditRow.number == 3).values(actor="somebody"),
    "what was done": update(AuditRow).where(AuditRow.number == 3).values(action="case.read"),
    "when": update(AuditRow).where(AuditRow.number == 3).values(at=LATER),
    "to whom": update(AuditRow).where(AuditRow.number == 3).values(student_id=None),
    "how": update(AuditRow).where(AuditRow.number == 3).values(detail={"shifts": 9}),
    "why": update(AuditRow).where(AuditRow.number == 3).values(reason_body=None),
    "its hash": update(AuditRow).where(AuditRow.number == 3).values(hash="0" * 64),
    "a line is gone": delete(AuditRow).where(AuditRow.number == 3),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_whatever_is_changed_in_a_line_is_found_and_the_line_is_named(
    store, engine, logged, change
):
    with engine.begin() as connection:
        connection.execute(change)

    with store.reading() as tx:
        assert tx.audit.broken_at() == 3


def test_lines_cut_off_at_the_end_are_found_by_whoever_kept_the_last_hash(store, engine, logged):
    with store.reading() as tx:
        number, end = tx.audit.last()
    with engine.begin() as connection:
        connection.execute(delete(AuditRow).where(AuditRow.number >= 4))

    with store.reading() as tx:
        assert tx.audit.broken_at() is None  # the rest fits
        assert tx.audit.hash_of(number) != end


def test_many_who_write_at_once_make_one_unbroken_chain(store):
    def write(number):
        with store.transaction() as tx:
            return tx.audit.add(actor="system", action="a", now=NOW, detail={"n": number})

    assert sorted(at_once(12, write)) == list(range(1, 13))
    with store.reading() as tx:
        assert tx.audit.broken_at() is None


def test_a_line_that_is_rolled_back_leaves_no_hole(store, logged):
    def write_and_fail():
        with store.transaction() as tx:
            tx.audit.add(actor="system", action="a", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    with store.transaction() as tx:
        assert tx.audit.add(actor="system", action="b", now=NOW) == 6
        assert tx.audit.broken_at() is None


def test_what_was_done_about_a_student_or_in_a_case_is_found(store):
    student, case = uuid4(), uuid4()
    with store.transaction() as tx:
        tx.audit.add(actor="system", action="a", now=NOW, student_id=student)
        tx.audit.add(actor="system", action="b", now=NOW, case_id=case, student_id=student)
        tx.audit.add(actor="system", action="c", now=NOW, case_id=uuid4())

    with store.reading() as tx:
        assert [one.action for one in tx.audit.of_student(student)] == ["a", "b"]
        assert [one.action for one in tx.audit.of_case(case)] == ["b"]


def at_once(number, do):
    """Do something in so many threads at the same moment; returns what came of each."""
    ready, outcomes = threading.Barrier(number), []

    def one(place):
        ready.wait(10)
        try:
            outcomes.append(do(place))
        except BadInput as error:
            outcomes.append(error)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
