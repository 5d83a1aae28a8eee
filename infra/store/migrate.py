"""Bringing a database to the present schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from infra.store.tables import metadata

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_340_112  # any number of our own: one migration at a time on PostgreSQL


def migrate(engine: Engine) -> None:
    """Run every migration that is missing. Safe to run twice, and from two processes."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), "head")


def is_current(engine: Engine) -> bool:
    """Whether every migration has been run."""
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
    return set(present) == set(ScriptDirectory.from_config(_config(None)).get_heads())


def differences(engine: Engine) -> list[object]:
    """Return how the database differs from infra/store/tables.py; empty when it does not."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def write_migration(engine: Engine, message: str) -> None:
    """Write a new migration from the difference between tables and database (for developers)."""
    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
