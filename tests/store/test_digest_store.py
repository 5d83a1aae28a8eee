"""Digests and what they count, on both databases."""

from __future__ import annotations

from datetime import timedelta

from companion.risk import Level, Subject, Verdict
from companion.staff.digest import SPAN
from companion.staff.people import ChannelKind
from companion.store import PageState
from tests.store.conftest import NOW

HOUR = timedelta(hours=1)


def screened(store, arrive, *, sender, level, ago):
    message = arrive(sender=sender, at=NOW - ago)
    with store.transaction() as tx:
        verdict = Verdict(level=level, subject=Subject.SELF)
        assert tx.inbound.judge(message.id, verdict, owed=False, in_talk=True, now=NOW)


def at_watch(store):
    with store.reading() as tx:
        return sorted((one.now, one.before) for one in tx.digests.at_watch(until=NOW, span=SPAN))


def test_students_are_counted_by_their_highest_level_in_the_span(store, arrive):
    for sender, level, ago in (
        ("once", Level.WATCH, HOUR),
        ("twice", Level.WATCH, HOUR),
        ("twice", Level.WATCH, 2 * HOUR),
        ("rising", Level.WATCH, HOUR),
        ("rising", Level.WATCH, 3 * HOUR),
        ("rising", Level.WATCH, 30 * HOUR),
        ("has a case", Level.WATCH, HOUR),
        ("has a case", Level.MODERATE, 2 * HOUR),
        ("had one before", Level.WATCH, HOUR),
        ("had one before", Level.HIGH, 26 * HOUR),
        ("calm", Level.NONE, HOUR),
        ("only before", Level.WATCH, 25 * HOUR),
        ("long ago", Level.WATCH, 49 * HOUR),
        ("just after", Level.WATCH, timedelta(0)),
    ):
        screened(store, arrive, sender=sender, level=level, ago=ago)

    assert at_watch(store) == [(1, 0), (1, 0), (2, 0), (2, 1)]


def test_a_digest_exists_once_for_its_moment_and_channel_and_is_claimed_once(store):
    with store.transaction() as tx:
        how = {"staff_id": None, "channel_id": None, "kind": ChannelKind.TELEGRAM}
        assert tx.digests.add(NOW, **how)
        assert not tx.digests.add(NOW, **how)
        assert tx.digests.add(NOW + SPAN, **how)
        [errand_id] = tx.digests.owed(NOW)

    with store.transaction() as tx:
        errand = tx.digests.claim(errand_id)
        assert (errand.due_at, errand.kind) == (NOW, ChannelKind.TELEGRAM)
        assert tx.digests.claim(errand_id) is None
        assert tx.digests.settle(errand_id, PageState.OWED, reason="busy")
        assert tx.digests.claim(errand_id) is not None
        assert tx.digests.settle(errand_id, PageState.SENT, reason=None)
        assert not tx.digests.settle(errand_id, PageState.FAILED, reason="late")
        assert tx.digests.owed(NOW) == []


def test_what_did_not_leave_in_time_is_dropped_and_what_is_old_forgotten(store):
    with store.transaction() as tx:
        for at in (NOW - SPAN, NOW):
            tx.digests.add(at, staff_id=None, channel_id=None, kind=ChannelKind.EMAIL)

        assert tx.digests.drop(before=NOW) == 1
        assert tx.digests.owed(NOW - SPAN) == []
        assert len(tx.digests.owed(NOW)) == 1
        assert tx.digests.forget(before=NOW) == 1
