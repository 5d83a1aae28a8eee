"""Making and rotating the keys that are kept in the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from infra.store.tables import KeyRow, SystemKeyRow
from infra.vault import KEY_BYTES, Sealers

_BATCH = 500
#: What identities are looked up by, and what staff's own words and secrets are sealed with.
SYSTEM_KEYS = ("lookup", "staff")


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How many stored keys one master key wraps."""

    master: str
    keys: int


def ensure_system_keys(engine: Engine, sealers: Sealers) -> None:
    """Make the system's own keys that are missing. Safe to run twice, and at the same time."""
    with Session(engine) as session, session.begin():
        for name in SYSTEM_KEYS:
            if session.get(SystemKeyRow, name, with_for_update=True) is None:
                master, wrapped = sealers.ring.wrap(
                    os.urandom(KEY_BYTES), bound_to=f"system:{name}".encode()
                )
                session.add(SystemKeyRow(name=name, master=master, wrapped=wrapped))


def rewrap_all(engine: Engine, sealers: Sealers) -> Iterator[int]:
    """Wrap every stored key with the newest master key; yields how many are done so far.

    Runs beside a working system: each key changes in one short transaction, and readers
    open either form. Safe to break off and to run again.
    """
    newest = sealers.ring.names[0]
    done = 0
    with Session(engine) as session, session.begin():
        for row in session.scalars(select(SystemKeyRow).where(SystemKeyRow.master != newest)):
            row.master, row.wrapped = sealers.rewrap(f"system:{row.name}", row.master, row.wrapped)
            done += 1
    while True:
        with Session(engine) as session, session.begin():
            old = session.execute(
                select(KeyRow.student_id, KeyRow.master, KeyRow.wrapped)
                .where(KeyRow.master != newest)
                .limit(_BATCH)
            ).all()
            for student_id, master, wrapped in old:
                new_master, new_wrapped = sealers.rewrap(str(student_id), master, wrapped)
                # The condition leaves alone a key that was destroyed or replaced meanwhile.
                session.execute(
                    update(KeyRow)
                    .where(KeyRow.student_id == student_id, KeyRow.wrapped == wrapped)
                    .values(master=new_master, wrapped=new_wrapped)
                )
        if not old:
            return
        done += len(old)
        yield done


def count_keys(engine: Engine) -> list[KeyCount]:
    """Return how many stored keys each master key wraps."""
    with Session(engine) as session:
        counts: dict[str, int] = {}
        for table in (KeyRow, SystemKeyRow):
            for master, number in session.execute(
                select(table.master, func.count()).group_by(table.master)
            ):
                counts[master] = counts.get(master, 0) + number
    return [KeyCount(master, keys) for master, keys in sorted(counts.items())]
