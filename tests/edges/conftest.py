"""The web application in this process, over a real store and recorded jobs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.app import make_app
from infra.queue import make_celery
from infra.services import Parts
from infra.settings import Settings
from infra.store.engine import make_engine
from infra.store.store import SqlStore
from tests.fakes.campus import FakeCampus

NOWHERE = "redis://127.0.0.1:1/0"


@dataclass
class Web:
    campus: FakeCampus
    parts: Parts
    client: TestClient

    def token(self, **wish: str) -> str:
        return self.client.post("/chat/sessions", json=wish).json()["token"]

    def breaks_the_database(self) -> None:
        """From now on every connection fails, as when the server is gone."""
        self.campus.engine.dispose()
        gone = make_engine("sqlite:////no/such/folder/nuanyu.db")
        broken = SqlStore(gone, self.campus.sealers, jobs=self.campus.jobs, bell=self.campus.bell)
        self.parts.store.__dict__.update(broken.__dict__)

    def mends_the_database(self, healthy: dict[str, Any]) -> None:
        self.parts.store.__dict__.update(healthy)


@pytest.fixture
def make_web(campus, tmp_path):
    """Make the application with settings of one's own; several in one test share the store."""
    opened = []

    def make(**settings: Any) -> Web:
        parts = Parts(
            settings=Settings(data_dir=tmp_path, _env_file=None, **settings),
            campus=campus.campus,
            store=campus.store,
            celery=make_celery(NOWHERE),
            redis_url=NOWHERE,
            services=replace(campus.services),
        )
        client = TestClient(make_app(parts))
        client.__enter__()
        opened.append(client)
        return Web(campus, parts, client)

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def web(make_web):
    return make_web()
