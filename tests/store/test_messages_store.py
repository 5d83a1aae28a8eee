from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from companion.errors import StoreUnavailable, UnknownRow
from companion.jobs import Job
from companion.language import Language
from companion.messages import Choice, OutboundKind, OutboundState, Platform
from companion.people.student import Purpose
from companion.risk import Kind, Level, Subject, Verdict
from companion.store import Draft
from companion.turns import Role
from infra.store.engine import make_engine
from infra.store.migrate import differences, is_current, migrate
from infra.store.store import SqlStore
from infra.store.tables import metadata
from tests.store.conftest import NOW, SOON, an_inbound

CALM = Verdict(level=Level.NONE)


def judged(store, message, *, owed=True):
    with store.transaction() as tx:
        tx.inbound.judge(message.id, CALM, owed=owed, in_talk=True, now=NOW)
    return message


def a_draft(text="我在听。", *, kind=OutboundKind.REPLY, dedupe=None, state=OutboundState.PENDING):
    return Draft(kind=kind, text=text, dedupe=dedupe or uuid4().hex, state=state)


def add(store, message, draft, *, at=NOW):
    with store.transaction() as tx:
        return tx.outbound.add(tx.students.account(message.account_id), draft, now=at)


def test_the_tables_and_the_migrations_are_the_same(engine):
    assert is_current(engine)
    assert differences(engine) == []
    migrate(engine)  # a second time changes nothing


def test_a_message_comes_back_as_it_was_written(store, arrive):
    words = "室友\u200b今晚又打游戏😮 \ud83d \u202ertl"

    message = arrive(words)

    with store.reading() as tx:
        assert tx.inbound.get(message.id).text == words


def test_the_same_update_five_times_is_one_row(store, arrive):
    kept = [arrive(platform_id="42") for _ in range(5)]

    assert [one is not None for one in kept] == [True, False, False, False, False]


def test_the_same_update_at_the_same_moment_is_one_row(store):
    def receive(_):
        inbound = an_inbound(platform_id="42")
        with store.transaction() as tx:
            account = tx.students.arrive(inbound, language=Language.ZH, now=NOW)
            return tx.inbound.add(account, inbound, now=NOW)

    with ThreadPoolExecutor(5) as pool:
        kept = list(pool.map(receive, range(5)))

    assert sum(one is not None for one in kept) == 1
    with store.reading() as tx:
        assert len(tx.talk.lines(next(filter(None, kept)).student_id)) == 1


def test_many_first_messages_at_once_make_one_student(store, arrive):
    with ThreadPoolExecutor(6) as pool:
        messages = list(pool.map(lambda n: arrive(str(n), sender="new"), range(6)))

    assert len({message.student_id for message in messages}) == 1
    assert sorted(message.seq for message in messages) == [1, 2, 3, 4, 5, 6]


def test_one_student_is_not_another_even_with_the_same_name_elsewhere(arrive):
    here = arrive(sender="7")
    there = arrive(sender="7", platform=Platform.WEB)
    other = arrive(sender="8")

    assert len({here.student_id, there.student_id, other.student_id}) == 3


def test_a_failed_transaction_keeps_no_row_and_starts_no_job(store, jobs, bell):
    inbound = an_inbound(platform_id="1")
    with pytest.raises(ZeroDivisionError), store.transaction() as tx:  # noqa: PT012
        account = tx.students.arrive(inbound, language=Language.ZH, now=NOW)
        message = tx.inbound.add(account, inbound, now=NOW)
        tx.enqueue(Job.ASSESS, message.id)
        tx.ring(message.student_id, "message")
        raise ZeroDivisionError

    assert jobs.sent == []
    assert bell.rung == []
    with store.reading() as tx, pytest.raises(UnknownRow):
        tx.inbound.get(message.id)


def test_jobs_leave_after_commit_and_tell_whether_the_broker_took_them(store, jobs):
    with store.transaction() as tx:
        tx.enqueue(Job.SWEEP)
        assert jobs.sent == []
    assert jobs.names == [Job.SWEEP]
    assert tx.handed_on

    jobs.is_away = True
    with store.transaction() as tx:
        tx.enqueue(Job.SWEEP)
    assert not tx.handed_on


def test_the_first_verdict_stands(store, arrive):
    message = arrive()
    high = Verdict(
        level=Level.HIGH,
        kinds=(Kind.SUICIDE,),
        subject=Subject.SELF,
        score=0.9,
        evidence=("says goodbye",),
    )

    with store.transaction() as tx:
        assert tx.inbound.judge(message.id, high, owed=False, in_talk=True, now=NOW)
        assert not tx.inbound.judge(message.id, CALM, owed=True, in_talk=True, now=NOW)

    with store.reading() as tx:
        assert tx.inbound.get(message.id).level is Level.HIGH
        assert tx.inbound.waiting(message.student_id) == []


@pytest.mark.parametrize("is_judged", [False, True])
@pytest.mark.parametrize("is_owed", [False, True])
def test_what_is_owed_is_found_again_and_nothing_else(store, arrive, is_judged, is_owed):
    message = arrive()
    if is_judged:
        judged(store, message, owed=is_owed)

    with store.reading() as tx:
        found = tx.inbound.unfinished(before=SOON, limit=10)
        early = tx.inbound.unfinished(before=NOW - timedelta(seconds=1), limit=10)

    expected = [(Job.REPLY, message.student_id)] if is_owed else []
    assert found == (expected if is_judged else [(Job.ASSESS, message.id)])
    assert early == []


def test_an_answer_covers_several_lines_once(store, arrive):
    first, second = judged(store, arrive("一")), judged(store, arrive("二"))
    reply = add(store, first, a_draft())

    with store.transaction() as tx:
        assert [m.text for m in tx.inbound.waiting(first.student_id)] == ["一", "二"]
        assert tx.inbound.answer([first.id, second.id], by=reply.id) == 2
        assert tx.inbound.answer([first.id, second.id], by=reply.id) == 0
        assert tx.inbound.waiting(first.student_id) == []


def test_only_one_worker_holds_a_student(store, arrive):
    student_id = arrive().student_id
    one, two = uuid4(), uuid4()

    with store.transaction() as tx:
        assert tx.students.lease(student_id, owner=one, now=NOW, until=SOON)
        assert not tx.students.lease(student_id, owner=two, now=NOW, until=SOON)
        assert tx.students.lease(student_id, owner=one, now=NOW, until=SOON)
        after = SOON + timedelta(seconds=1)
        assert tx.students.lease(student_id, owner=two, now=after, until=after)


def test_a_worker_does_not_let_go_while_a_reply_is_owed(store, arrive):
    message = judged(store, arrive())
    owner = uuid4()
    with store.transaction() as tx:
        tx.students.lease(message.student_id, owner=owner, now=NOW, until=SOON)
        assert not tx.students.release(message.student_id, owner=owner)

    reply = add(store, message, a_draft())
    with store.transaction() as tx:
        tx.inbound.answer([message.id], by=reply.id)
        assert tx.students.release(message.student_id, owner=owner)
        assert tx.students.lease(message.student_id, owner=uuid4(), now=NOW, until=SOON)


def test_racing_workers_one_gets_the_student(store, arrive):
    student_id = arrive().student_id

    def lease(_):
        with store.transaction() as tx:
            return tx.students.lease(student_id, owner=uuid4(), now=NOW, until=SOON)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lease, range(6))) == 1


def test_what_must_exist_once_exists_once(store, arrive):
    message = arrive()

    assert add(store, message, a_draft(dedupe="card:1")) is not None
    assert add(store, message, a_draft(dedupe="card:1")) is None


def test_buttons_survive(store, arrive):
    choices = (Choice("打 12356", "", "tel:12356"), Choice("好", "/age adult"))
    draft = Draft(kind=OutboundKind.CARD, text="卡片", choices=choices, dedupe="x")

    outbound = add(store, arrive(), draft)

    with store.reading() as tx:
        assert tx.outbound.get(outbound.id).choices == choices


def test_a_row_is_sent_by_one_worker_and_in_order(store, arrive):
    message = arrive()
    first, second = add(store, message, a_draft("一")), add(store, message, a_draft("二"))
    me, other = uuid4(), uuid4()

    with store.transaction() as tx:
        later = tx.outbound.claim(second.id, owner=me, now=NOW, until=SOON)
        assert (later.outbound, later.blocked_by) == (None, first.id)
        assert tx.outbound.claim(first.id, owner=me, now=NOW, until=SOON).outbound.text == "一"
        assert tx.outbound.claim(first.id, owner=other, now=NOW, until=SOON).outbound is None
        assert not tx.outbound.settle(
            first.id, owner=other, state=OutboundState.SENT, reason=None, now=NOW
        )
        assert tx.outbound.settle(
            first.id, owner=me, state=OutboundState.SENT, reason=None, now=NOW
        )
        assert tx.outbound.next_pending(message.account_id) == second.id
        assert tx.outbound.claim(second.id, owner=me, now=NOW, until=SOON).outbound is not None


def test_a_card_overtakes_what_waits(store, arrive):
    message = arrive()
    add(store, message, a_draft())
    card = add(store, message, a_draft("卡片", kind=OutboundKind.CARD))

    with store.transaction() as tx:
        assert tx.outbound.claim(card.id, owner=uuid4(), now=NOW, until=SOON).outbound is not None


def test_a_row_that_was_put_back_waits_its_time(store, arrive):
    row, me = add(store, arrive(), a_draft()), uuid4()
    with store.transaction() as tx:
        tx.outbound.claim(row.id, owner=me, now=NOW, until=SOON)
        assert tx.outbound.put_back(row.id, owner=me, not_before=SOON, reason="retry_later")

    with store.transaction() as tx:
        assert tx.outbound.claim(row.id, owner=me, now=NOW, until=SOON).outbound is None
        assert tx.outbound.unfinished(before=SOON, now=NOW, limit=5) == []
        assert [r.id for r in tx.outbound.unfinished(before=SOON, now=SOON, limit=5)] == [row.id]
        assert tx.outbound.claim(row.id, owner=me, now=SOON, until=SOON).outbound.attempts == 2


@pytest.mark.parametrize("platform", Platform)
def test_a_row_that_is_held_back_is_let_go_once_and_takes_its_place_then(store, arrive, platform):
    message = arrive(platform=platform)
    draft = replace(a_draft(kind=OutboundKind.CARD), not_before=SOON)
    outbound = add(store, message, draft)
    later = arrive(platform=platform)
    with store.transaction() as tx:
        assert tx.outbound.held(message.student_id) == [outbound]
        taken = tx.outbound.claim(outbound.id, owner=uuid4(), now=NOW, until=SOON)
        assert taken.outbound is None
        assert tx.outbound.let_go(outbound.id, text="先听你说。", now=NOW)
        assert not tx.outbound.let_go(outbound.id, now=NOW)

    with store.reading() as tx:
        freed = tx.outbound.get(outbound.id)
        assert tx.outbound.held(message.student_id) == []
        assert tx.talk.lines(message.student_id)[-1].text == "先听你说。"
    assert freed.seq > later.seq
    assert freed.state is (OutboundState.SENT if platform.is_mailbox else OutboundState.PENDING)


def test_a_mailbox_does_not_show_what_is_held_back(store, arrive):
    message = arrive(platform=Platform.WEB)
    add(store, message, replace(a_draft(kind=OutboundKind.CARD), not_before=SOON))

    with store.reading() as tx:
        assert [line.id for line in tx.talk.lines(message.student_id)] == [message.id]
        assert [line.id for line in tx.talk.lines(message.student_id, after=0)] == [message.id]
        assert [turn.seq for turn in tx.talk.turns(message.student_id, limit=9)] in (
            [],
            [message.seq],
        )


def test_a_held_row_that_is_being_sent_is_not_let_go_any_more(store, arrive):
    message = arrive()
    outbound = add(store, message, replace(a_draft(kind=OutboundKind.CARD), not_before=SOON))
    with store.transaction() as tx:
        assert tx.outbound.claim(outbound.id, owner=uuid4(), now=SOON, until=SOON).outbound

        assert not tx.outbound.let_go(outbound.id, now=SOON)


def test_a_claim_that_ran_out_mid_send_is_in_doubt_once(store, arrive):
    row, me = add(store, arrive(), a_draft()), uuid4()
    late = SOON + timedelta(minutes=1)
    with store.transaction() as tx:
        tx.outbound.claim(row.id, owner=me, now=NOW, until=SOON)
        assert not tx.outbound.doubt(row.id, now=NOW)
        assert [r.id for r in tx.outbound.unfinished(before=late, now=late, limit=5)] == [row.id]
        assert tx.outbound.doubt(row.id, now=late)
        assert not tx.outbound.doubt(row.id, now=late)
        assert tx.outbound.get(row.id).state is OutboundState.UNCONFIRMED


def test_a_growing_reply_takes_its_place_in_the_talk_when_it_is_done(store, arrive):
    first = judged(store, arrive("一", platform=Platform.WEB))
    row = add(store, first, a_draft("", state=OutboundState.WRITING))
    judged(store, arrive("二", platform=Platform.WEB))

    with store.transaction() as tx:
        assert tx.outbound.grow(row.id, "我听见")
        assert tx.outbound.writing(first.student_id).text == "我听见"
        assert [line.text for line in tx.talk.lines(first.student_id)] == ["一", "二"]
        done = a_draft("我听见了。")
        assert tx.outbound.finish(row.id, done, engine="llm", now=NOW)
        assert [line.text for line in tx.talk.lines(first.student_id)] == ["一", "二", "我听见了。"]
        assert tx.outbound.get(row.id).state is OutboundState.SENT
        assert tx.outbound.writing(first.student_id) is None


def test_a_reply_that_was_overtaken_neither_grows_nor_ends(store, arrive):
    message = arrive()
    row = add(store, message, a_draft("", state=OutboundState.WRITING))

    with store.transaction() as tx:
        assert tx.outbound.cancel_replies(message.student_id, now=NOW) == 1
        assert not tx.outbound.grow(row.id, "x")
        assert not tx.outbound.finish(row.id, a_draft("x"), engine="llm", now=NOW)
        assert tx.talk.turns(message.student_id, limit=9) == []


def test_the_talk_is_read_in_pieces_from_both_ends(store, arrive):
    messages = [arrive(str(number)) for number in range(7)]
    student_id = messages[0].student_id

    with store.reading() as tx:
        assert [line.text for line in tx.talk.lines(student_id, limit=3)] == ["4", "5", "6"]
        assert [line.text for line in tx.talk.lines(student_id, before=5, limit=2)] == ["2", "3"]
        assert [line.text for line in tx.talk.lines(student_id, after=0, limit=2)] == ["0", "1"]
        assert [line.text for line in tx.talk.lines(student_id, after=5)] == ["5", "6"]


def test_commands_are_no_part_of_the_talk(store, arrive):
    talk, command = arrive("睡不着"), arrive("/help")
    with store.transaction() as tx:
        tx.inbound.judge(talk.id, CALM, owed=True, in_talk=True, now=NOW)
        tx.inbound.judge(command.id, CALM, owed=False, in_talk=False, now=NOW)
    add(store, talk, a_draft("能多说一点吗？"))
    add(store, talk, a_draft("帮助", kind=OutboundKind.NOTICE))

    with store.reading() as tx:
        turns = tx.talk.turns(talk.student_id, limit=9)

    assert [(t.turn.role, t.turn.text) for t in turns] == [
        (Role.USER, "睡不着"),
        (Role.ASSISTANT, "能多说一点吗？"),
    ]


def test_a_level_only_rises_and_takes_its_verdict_along(store, arrive):
    message = judged(store, arrive())
    moderate = Verdict(
        level=Level.MODERATE,
        kinds=(Kind.SUICIDE,),
        subject=Subject.SELF,
        score=0.6,
        evidence=("says goodbye",),
    )

    with store.transaction() as tx:
        assert tx.inbound.verdict(message.id) == CALM
        assert tx.inbound.raise_verdict(message.id, moderate)
        assert not tx.inbound.raise_verdict(message.id, moderate)
        assert not tx.inbound.raise_verdict(message.id, Verdict(level=Level.WATCH))
        assert not tx.inbound.raise_verdict(uuid4(), moderate)
        assert tx.inbound.verdict(message.id) == moderate
        assert tx.inbound.verdict(uuid4()) is None


def test_what_nobody_screened_cannot_rise(store, arrive):
    message = arrive()

    with store.transaction() as tx:
        assert not tx.inbound.raise_verdict(message.id, Verdict(level=Level.HIGH))
        assert tx.inbound.verdict(message.id) is None


def test_old_words_go_sooner_for_those_who_did_not_allow_storage(store, arrive):
    for sender, granted in (("yes", True), ("no", False), ("never-asked", None)):
        message = judged(store, arrive("话", sender=sender), owed=False)
        owed = arrive("还没读", sender=sender)
        add(store, message, a_draft())
        if granted is not None:
            with store.transaction() as tx:
                tx.students.consent(message.student_id, Purpose.STORAGE, granted=granted, now=NOW)
        assert owed is not None
    day, year = NOW + timedelta(hours=25), NOW + timedelta(days=366)

    with store.transaction() as tx:
        assert (
            tx.upkeep.drop_words(
                before=day - timedelta(days=365), unstored_before=day - timedelta(days=1), limit=99
            )
            == 2
        )  # one judged line for each of "no" and "never-asked"; what is pending stays
        assert (
            tx.upkeep.drop_words(before=year - timedelta(days=365), unstored_before=year, limit=99)
            == 1
        )


def test_gauges_count_what_is_owed(store, arrive):
    judged(store, arrive())
    arrive()

    with store.reading() as tx:
        counts = tx.upkeep.counts(now=SOON)

    assert counts["messages_unscreened"] == 1
    assert counts["replies_owed"] == 1
    assert counts["oldest_owed_seconds"] == 30


def test_a_database_that_is_away_is_said_to_be_away(sealers, jobs, bell, tmp_path):
    for url in (
        f"sqlite:///{tmp_path}/no/such/folder/x.db",
        "postgresql+psycopg://x@127.0.0.1:1/x",
    ):
        store = SqlStore(make_engine(url), sealers, jobs=jobs, bell=bell)
        with pytest.raises(StoreUnavailable), store.transaction() as tx:
            tx.students.get(uuid4())


def test_an_error_never_quotes_what_a_student_wrote(store, arrive, engine):
    marker = "秘密标记甲"
    message = arrive(marker)
    caught = None
    try:
        with store.transaction() as tx:
            tx.students.update(message.student_id, language="x" * 3, no_such=marker)
    except Exception as error:  # noqa: BLE001 - whatever it is, we read it
        caught = error
    assert caught is not None
    assert marker not in f"{caught!r}{caught}{caught.__cause__}"


def test_a_dump_shows_no_words_no_names(engine, arrive, store):
    arrive("马蹄莲的秘密", sender="telegram-774411")

    found = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f"SELECT * FROM {table.name}")):  # noqa: S608
                found += [value for value in row if value is not None]
    dump = b"".join(v if isinstance(v, bytes) else str(v).encode() for v in found)

    assert "马蹄莲".encode() not in dump
    assert b"774411" not in dump
