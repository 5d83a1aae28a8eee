"""Looking after the master keys."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from companion.errors import BadInput
from infra.settings import Settings
from infra.store.engine import database_url, make_engine
from infra.store.keys import count_keys, rewrap_all
from infra.vault import KeyRing, MasterKey, Sealers, parse_master_keys, write_key_file


def new_key() -> MasterKey:
    """Make a key named after the present moment."""
    return MasterKey.fresh(f"k{datetime.now(UTC):%Y%m%d%H%M%S}")


def show_keys(settings: Settings) -> None:
    """List the master keys and how many stored keys each one wraps."""
    ring = KeyRing.from_settings(settings)
    counts = {count.master: count.keys for count in count_keys(make_engine(database_url(settings)))}
    for place, name in enumerate(ring.names):
        mark = "newest" if place == 0 else "older"
        typer.echo(f"{name}\t{mark}\t{counts.pop(name, 0)} keys")
    for name, number in counts.items():
        typer.secho(f"{name}\tMISSING\t{number} keys cannot be opened", fg="red")


def rotate(settings: Settings) -> None:
    """Put a new key first and wrap everything anew, beside the running system.

    Raises BadInput when the keys come from the environment, which only its owner can change.
    """
    ring = KeyRing.from_settings(settings)
    if ring.file is None:
        raise BadInput(
            "the keys come from NUANYU_MASTER_KEYS: put the output of `nuanyu keys new` in front "
            "of it, restart the processes one by one, then run `nuanyu keys rewrap`"
        )
    old = parse_master_keys(ring.file.read_text())
    write_key_file(ring.file, (new_key(), *old))
    rewrap(settings)


def rewrap(settings: Settings) -> None:
    """Wrap every stored key with the newest master key, telling how far it is."""
    engine = make_engine(database_url(settings))
    sealers = Sealers(KeyRing.from_settings(settings))
    done = 0
    for done in rewrap_all(engine, sealers):
        typer.echo(f"{done} keys wrapped anew …")
    typer.echo(f"Done: all keys are under {sealers.ring.names[0]}.")
    engine.dispose()


def drop(settings: Settings, name: str) -> None:
    """Take an old key out of the key file. Raises BadInput while something still needs it."""
    ring = KeyRing.from_settings(settings)
    if ring.file is None:
        raise BadInput("the keys come from NUANYU_MASTER_KEYS: take the old one out there")
    counts = {count.master: count.keys for count in count_keys(make_engine(database_url(settings)))}
    if counts.get(name):
        raise BadInput(f"{name} still wraps {counts[name]} keys: run `nuanyu keys rewrap` first")
    keys = parse_master_keys(ring.file.read_text())
    left = tuple(key for key in keys if key.name != name)
    if len(left) == len(keys):
        raise BadInput(f"no key is named {name}: see `nuanyu keys show`")
    if not left:
        raise BadInput("this is the only key: everything would become unreadable")
    write_key_file(ring.file, left)
    typer.echo(f"{name} is gone from {ring.file}.")
