"""Every store test runs on the embedded default and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform
from infra.store.engine import make_engine
from infra.store.keys import ensure_system_keys
from infra.store.migrate import migrate
from infra.store.store import SqlStore
from infra.vault import KeyRing, MasterKey, Sealers
from tests.fakes.ports import RecordedBell, RecordedJobs
from tests.fakes.postgres import postgres

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=30)
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server():
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'nuanyu.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"nuanyu_{next(_numbers)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def jobs():
    return RecordedJobs()


@pytest.fixture
def bell():
    return RecordedBell()


@pytest.fixture
def sealers():
    return Sealers(KeyRing((MasterKey.fresh("one"),)))


@pytest.fixture
def engine(url, sealers):
    engine = make_engine(url, pool=8)
    migrate(engine)
    ensure_system_keys(engine, sealers)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine, sealers, jobs, bell):
    return SqlStore(engine, sealers, jobs=jobs, bell=bell)


@pytest.fixture
def arrive(store):
    """Keep something a student sent; returns the stored message."""

    def arrive(text="你好", *, sender="u1", platform_id=None, platform=Platform.TELEGRAM, at=NOW):
        inbound = an_inbound(text, sender=sender, platform_id=platform_id, platform=platform)
        with store.transaction() as tx:
            account = tx.students.arrive(inbound, language=Language.ZH, now=at)
            return tx.inbound.add(account, inbound, now=at)

    return arrive


def an_inbound(text="你好", *, sender="u1", platform_id=None, platform=Platform.TELEGRAM):
    return Inbound(
        platform=platform,
        platform_id=platform_id or f"update-{next(_numbers)}",
        sender=sender,
        address=sender,
        kind=InboundKind.TEXT,
        text=text,
        language=Language.ZH,
        sent_at=NOW,
    )
