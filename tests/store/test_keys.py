"""Sealing and rotation: what a key protects, and that nobody notices when it changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from companion.campus import Campus
from infra.settings import Settings, SettingsError
from infra.store.keys import count_keys, rewrap_all
from infra.store.store import SqlStore
from infra.store.tables import InboundRow
from infra.vault import KeyRing, MasterKey, Sealers, Unreadable, parse_master_keys, write_key_file
from tests.store.conftest import NOW


def test_a_key_file_is_made_at_the_first_start_and_found_at_the_second(tmp_path):
    settings = Settings(data_dir=tmp_path, _env_file=None)

    first, second = KeyRing.from_settings(settings), KeyRing.from_settings(settings)

    assert first.names == second.names
    assert (tmp_path / "keys" / "master.keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "no-colon", "a:AAAA", ":x", "a:QUJD"])
def test_a_wrong_master_key_is_refused(text):
    with pytest.raises(SettingsError, match="NUANYU_MASTER_KEYS"):
        parse_master_keys(text)


def test_a_master_key_does_not_print_itself():
    key = MasterKey.fresh("a")

    assert str(key).split(":")[1] not in repr(key)


def test_words_cannot_be_moved_into_another_place(sealers):
    _, _, sealer = sealers.fresh("student")
    sealed = sealer.seal("我的话", place="inbound.body:1")

    assert sealer.open(sealed, place="inbound.body:1") == "我的话"
    with pytest.raises(Unreadable):
        sealer.open(sealed, place="inbound.body:2")
    with pytest.raises(Unreadable):
        sealer.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), place="inbound.body:1")


def test_one_students_key_opens_nothing_of_another(store, arrive, engine):
    mine, theirs = arrive("我的", sender="a"), arrive("他的", sender="b")
    with engine.begin() as connection:
        body = connection.scalar(select(InboundRow.body).where(InboundRow.id == theirs.id))
        connection.execute(update(InboundRow).where(InboundRow.id == mine.id).values(body=body))

    with store.reading() as tx, pytest.raises(Unreadable):
        tx.inbound.get(mine.id)


def test_rotation_beside_a_running_system(engine, jobs, bell, tmp_path, store, arrive):
    """
    A second process rotates; the first one, which read the old key file, goes on reading.
    """
    file = tmp_path / "master.keys"
    old = MasterKey("one", store.sealers.ring._keys[0].secret)
    write_key_file(file, (old,))
    running = SqlStore(engine, Sealers(KeyRing((old,), file=file)), jobs=jobs, bell=bell)
    messages = [arrive(f"话{n}", sender=f"s{n}") for n in range(7)]

    new = MasterKey.fresh("two")
    write_key_file(file, (new, old))
    rotating = Sealers(KeyRing(parse_master_keys(file.read_text()), file=file))
    # Seven students, the look-up key and that of staff.
    assert list(rewrap_all(engine, rotating))[-1] == 9
    write_key_file(file, (new,))

    with running.reading() as tx:
        assert [tx.inbound.get(m.id).text for m in messages] == [f"话{n}" for n in range(7)]
        assert tx.students.find_account(messages[0].platform, "s0") is not None
    assert [(c.master, c.keys) for c in count_keys(engine)] == [("two", 9)]
    assert list(rewrap_all(engine, rotating)) == []


def test_without_its_master_key_a_text_stays_shut(engine, jobs, bell, arrive):
    message = arrive("谁也别看")
    stranger = SqlStore(engine, Sealers(KeyRing((MasterKey.fresh("other"),))), jobs=jobs, bell=bell)

    with pytest.raises(Unreadable), stranger.reading() as tx:
        tx.inbound.get(message.id)


def test_erasing_destroys_the_key_so_that_old_copies_of_rows_are_unreadable(store, arrive, engine):
    message = arrive("备份里也不该有")
    with engine.connect() as connection:
        backup = connection.scalar(select(InboundRow.body).where(InboundRow.id == message.id))

    with store.transaction() as tx:
        counts = tx.students.erase(message.student_id, code="R1", campus=Campus(), now=NOW)

    assert counts["inbound"] == 1
    with store.reading() as tx:
        sealer = tx.inbound._vaulted.sealer(message.student_id)
        with pytest.raises(Unreadable):
            sealer.open(backup, place=f"inbound.body:{message.id}")
        # The address alone is kept, under a new key, until the receipt is delivered.
        assert tx.students.account(message.account_id).address == "u1"
