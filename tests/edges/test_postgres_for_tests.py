"""The PostgreSQL that the tests use is real, fresh for each, and leaves nothing behind."""

from __future__ import annotations

import psutil
import pytest
from sqlalchemy import create_engine, text

from tests.fakes.postgres import postgres

pytestmark = pytest.mark.postgres


def ask(url: str, question: str) -> object:
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(question))
        answer = result.scalar() if result.returns_rows else None
    engine.dispose()
    return answer


def test_each_test_gets_an_empty_database_of_its_own():
    with postgres() as server:
        url = server.create_database("a")
        ask(url, "CREATE TABLE cups (n int)")

        copy = server.create_database("b", template="a")
        fresh = server.create_database("a")

        assert "PostgreSQL" in str(ask(fresh, "SELECT version()"))
        assert ask(copy, "SELECT count(*) FROM cups") == 0
        assert ask(fresh, "SELECT to_regclass('cups')") is None
        assert ask(fresh, "SELECT lower('ÄÖ') || '暖语'") is not None


def test_the_server_ends_with_the_tests():
    before = {process.pid for process in psutil.Process().children()}
    with postgres():
        pass

    assert {process.pid for process in psutil.Process().children()} <= before


def test_an_address_given_from_outside_is_used(monkeypatch):
    with postgres() as outer:
        given = outer.create_database("given")
        monkeypatch.setenv("NUANYU_TEST_DATABASE_URL", given)

        with postgres() as server:
            url = server.create_database("mine")
            assert ask(url, "SELECT 1") == 1

        assert ask(given, "SELECT count(*) FROM pg_database WHERE datname LIKE '%mine'") == 0
