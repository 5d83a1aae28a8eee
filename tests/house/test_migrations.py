"""The database has one history, and it can be walked back and forth."""

from __future__ import annotations

import re
from pathlib import PurePath

import pytest
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from infra.store.engine import make_engine
from infra.store.migrate import _config, differences, is_current, migrate
from tests.house.tree import tracked

FOLDER = "infra/store/migrations/versions/"
FILES = [name for name in tracked() if name.startswith(FOLDER) and name.endswith(".py")]


@pytest.fixture
def engine(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'nuanyu.db'}")
    yield engine
    engine.dispose()


def test_there_is_one_newest_schema():
    assert len(ScriptDirectory.from_config(_config(None)).get_heads()) == 1


def test_migrations_are_numbered_without_gaps_and_say_what_they_do():
    names = [PurePath(name).name for name in FILES]

    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_a_migration_carries_the_number_of_its_file_and_follows_the_one_before():
    scripts = ScriptDirectory.from_config(_config(None))
    numbers = [PurePath(name).name[:4] for name in FILES]

    assert [scripts.get_revision(number).down_revision for number in numbers] == [
        None,
        *numbers[:-1],
    ]


def test_the_newest_schema_is_what_the_code_expects(engine):
    migrate(engine)

    assert is_current(engine)
    assert differences(engine) == []


def test_going_back_to_nothing_and_forth_again_gives_the_same_tables(engine):
    migrate(engine)
    before = _schema(engine)

    with engine.begin() as connection:
        command.downgrade(_config(connection), "base")
    assert set(_schema(engine)) <= {"alembic_version"}
    migrate(engine)

    assert _schema(engine) == before


def test_each_migration_can_be_taken_back_alone(engine):
    for _ in FILES:
        _go(engine, "+1")
        before = _schema(engine)
        _go(engine, "-1")
        _go(engine, "+1")
        assert _schema(engine) == before


def test_no_row_of_a_student_goes_with_a_column_that_goes(engine):
    _go(engine, "0002")
    student = {"id": "00000000000000000000000000000007"}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO students (id, created_at, language, language_chosen, consents,"
                " card_level, card_repeats, last_seq, summary_seq)"
                " VALUES (:id, '2026-11-22 02:00:00', 'zh', 0, '{}', 0, 3, 0, 0)"
            ),
            student,
        )
        connection.execute(
            text("INSERT INTO student_keys (student_id, master, wrapped) VALUES (:id, 'one', '')"),
            student,
        )

    for revision in ("0003", "0002"):
        _go(engine, revision)
        with engine.connect() as connection:
            kept = connection.execute(text("SELECT count(*) FROM student_keys")).scalar_one()
        assert kept == 1


def _go(engine, revision):
    """Walk to a revision, forth ("+1", "0003") or back ("-1", an earlier number)."""
    with engine.begin() as connection:
        now = MigrationContext.configure(connection).get_current_revision() or "0000"
        is_back = revision.startswith("-") or (revision.isdigit() and revision < now)
        walk = command.downgrade if is_back else command.upgrade
        walk(_config(connection), revision)


def _schema(engine):
    """Every table and index, as the database itself would write it."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {name: " ".join(sql.split()) for name, sql in rows}
