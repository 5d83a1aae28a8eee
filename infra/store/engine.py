"""Database engines: what SQLite lacks or does differently hides here, and only here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

from infra.settings import Settings, SettingsError

_BUSY_SECONDS = 15  # SQLite has one writer; the others wait this long


def database_url(settings: Settings) -> str:
    """Return where the database is: the setting, else the embedded one in the data directory."""
    if settings.database_url:
        url = settings.database_url.get_secret_value()
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{settings.data_dir.resolve() / 'nuanyu.db'}"


def make_engine(url: str, *, pool: int = 20) -> Engine:
    """Open a database. Never quotes a parameter in an error (they are a student's words).

    Raises SettingsError for an address of another kind.
    """
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        return _sqlite(url, pool=pool)
    if backend == "postgresql":
        return create_engine(
            url,
            # Transactions take milliseconds: a few connections serve many threads, and all
            # processes of a campus together stay below PostgreSQL's usual hundred.
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 3},
        )
    raise SettingsError(
        f"NUANYU_DATABASE_URL: {backend} is not supported; use postgresql or sqlite"
    )


def _sqlite(url: str, *, pool: int) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=_BUSY_SECONDS,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late and never IMMEDIATE; ours is below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that will write takes the write lock at once: one that upgrades
        # later would fail with "database is locked" instead of waiting its turn.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
