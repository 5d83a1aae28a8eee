"""What has passed its date is deleted, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.jobs import Job
from companion.staff.link_code import LIFE
from companion.staff.people import STAFF_SESSION_LIFE, ChannelKind
from tests.conversations.staffed import employ


@pytest.fixture
def purge(campus):
    def purge() -> None:
        campus.jobs.send(Job.PURGE)
        campus.run()

    return purge


def test_a_browser_of_staff_is_forgotten_once_its_longest_session_is_over(campus, purge):
    li, now = employ(campus), campus.clock.now()
    with campus.store.transaction() as tx:
        tx.members.open_session("old", li.id, csrf="x", now=now - STAFF_SESSION_LIFE - timedelta(1))
        tx.members.open_session("new", li.id, csrf="x", now=now - timedelta(hours=11))
        tx.members.session_seen("old", now=now)

    purge()

    with campus.store.reading() as tx:
        assert tx.members.session("old") is None
        assert tx.members.session("new") is not None


def test_a_code_that_nobody_used_goes_when_it_is_void(campus, purge):
    li, wu, now = employ(campus), employ(campus, "wu", chat=None), campus.clock.now()
    with campus.store.transaction() as tx:
        tx.members.add_code("void", li.id, expires_at=now)
        tx.members.add_code("good", wu.id, expires_at=now + LIFE)

    purge()

    with campus.store.transaction() as tx:
        long_ago = now - timedelta(days=1)
        assert tx.members.use_code("void", now=long_ago) is None
        assert tx.members.use_code("good", now=now) == wu.id


def test_a_digest_is_forgotten_with_the_words_of_its_day(campus, purge):
    now, days = campus.clock.now(), timedelta(days=campus.campus.retention_days)
    with campus.store.transaction() as tx:
        for at in (now - days - timedelta(days=1), now):
            tx.digests.add(at, staff_id=None, channel_id=None, kind=ChannelKind.TELEGRAM)

    purge()

    with campus.store.reading() as tx:
        assert tx.digests.owed(now - days - timedelta(days=1)) == []
        assert len(tx.digests.owed(now)) == 1
