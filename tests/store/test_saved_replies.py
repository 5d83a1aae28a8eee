from __future__ import annotations

from uuid import uuid4

from sqlalchemy import text

from companion.language import Language
from companion.staff.people import Role
from tests.store.conftest import NOW


def _staff(store, login):
    with store.transaction() as tx:
        return tx.members.add(
            login=login, name="李老师", role=Role.COUNSELLOR, language=Language.ZH, now=NOW
        )


def test_a_line_is_ones_own_or_everybodys(store):
    li, wang = _staff(store, "li"), _staff(store, "wang")
    with store.transaction() as tx:
        mine = tx.saved_replies.add("我的", language=Language.ZH, staff_id=li.id, now=NOW)
        shared = tx.saved_replies.add("everybody's", language=Language.EN, staff_id=None, now=NOW)

    with store.reading() as tx:
        assert {one.id for one in tx.saved_replies.seen_by(li.id)} == {mine.id, shared.id}
        assert tx.saved_replies.seen_by(wang.id) == [shared]


def test_only_its_owner_changes_and_drops_a_line(store):
    li, wang = _staff(store, "li"), _staff(store, "wang")
    with store.transaction() as tx:
        mine = tx.saved_replies.add("我的", language=Language.ZH, staff_id=li.id, now=NOW)

        assert not tx.saved_replies.change(mine.id, "抢来的", staff_id=wang.id)
        assert not tx.saved_replies.change(mine.id, "抢来的", staff_id=None)
        assert not tx.saved_replies.remove(mine.id, staff_id=wang.id)
        assert tx.saved_replies.change(mine.id, "改过的", staff_id=li.id)
        assert [one.text for one in tx.saved_replies.seen_by(li.id)] == ["改过的"]
        assert tx.saved_replies.remove(mine.id, staff_id=li.id)
        assert not tx.saved_replies.remove(uuid4(), staff_id=li.id)


def test_the_words_are_sealed(store):
    li = _staff(store, "li")
    with store.transaction() as tx:
        tx.saved_replies.add("看得见吗", language=Language.ZH, staff_id=li.id, now=NOW)

    with store.engine.connect() as connection:
        kept = bytes(connection.scalar(text("SELECT body FROM saved_replies")))
    assert "看得见吗".encode() not in kept
