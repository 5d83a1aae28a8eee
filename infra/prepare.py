"""What must be true before any process starts: schema and keys."""

from __future__ import annotations

from pathlib import Path

from infra.campus_file import load_campus
from infra.settings import Settings
from infra.store.engine import database_url, make_engine
from infra.store.keys import ensure_system_keys
from infra.store.migrate import migrate
from infra.vault import KeyRing, Sealers


def prepare(settings: Settings) -> None:
    """Bring the database to the present schema and make missing keys. Safe to run twice.

    Raises SettingsError when a setting or the campus file cannot be used.
    """
    load_campus(settings.campus_file)
    Path(settings.data_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = make_engine(database_url(settings))
    try:
        migrate(engine)
        ensure_system_keys(engine, Sealers(KeyRing.from_settings(settings)))
    finally:
        engine.dispose()
