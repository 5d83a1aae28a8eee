"""What an operator may set is written down, and nothing secret has a value of its own."""

from __future__ import annotations

import re
import typing

import pytest
from pydantic import SecretStr

from infra.settings import PREFIX, Settings
from tests.house.tree import read, tracked

FIELDS = Settings.model_fields
#: Steer the tests and benchmarks, not the system.
NOT_SETTINGS = (f"{PREFIX}TEST_", f"{PREFIX}BENCH_")
_ROW = re.compile(rf"^\|\s*`({PREFIX}[A-Z0-9_]+)`\s*\|([^|]*)\|([^|]*)\|", re.MULTILINE)
_NAME = re.compile(rf"\b{PREFIX}[A-Z0-9_]*[A-Z0-9]\b(?!_)")
_SECRET = re.compile(r"(?:^|_)(?:token|secret|keys?|password)$")

#: What has to stand beside secrets, and a secret that is an address.
WITH_SECRETS = {
    "staff_telegram_chat": "-1001",
    "smtp_host": "mail.example.edu",
    "smtp_from": "nuanyu@example.edu",
    "smtp_user": "nuanyu",
    "staff_webhook_url": "https://example.edu/a-long-secret-word-31415",
    "wecom_corp_id": "ww0123456789abcdef",
    "wecom_agent_id": 1000002,
    "oidc_issuer": "https://id.example.edu",
    "oidc_client_id": "nuanyu",
}


def table() -> dict[str, tuple[str, str]]:
    """Return README.md's configuration table: name to default and meaning."""
    rows = _ROW.findall(read("README.md"))
    return {name: (default.strip(), meaning.strip()) for name, default, meaning in rows}


@pytest.mark.parametrize("field", FIELDS)
def test_every_setting_is_in_the_readmes_table_with_its_meaning(field):
    name = PREFIX + field.upper()

    assert name in table(), f"README.md's table lacks {name}"
    assert table()[name][1]


@pytest.mark.parametrize("field", FIELDS)
def test_the_readme_tells_the_default_that_holds(field):
    default = FIELDS[field].default
    told = re.findall(r"`([^`]*)`", table().get(PREFIX + field.upper(), ("", ""))[0])

    assert told == ([] if default is None else [_as_written(default)])


def test_the_documents_name_no_setting_that_does_not_exist():
    known = {PREFIX + field.upper() for field in FIELDS}

    assert {
        f"{document}: {name}"
        for document in tracked()
        if document.endswith((".md", ".env", ".example"))
        for name in _NAME.findall(read(document))
        if name not in known and not f"{name}_".startswith(NOT_SETTINGS)
    } == set()


def test_the_table_names_each_setting_once():
    names = [name for name, *_ in _ROW.findall(read("README.md"))]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("field", [field for field in FIELDS if _SECRET.search(field)])
def test_what_is_secret_is_hidden_and_has_no_default(field):
    assert SecretStr in typing.get_args(FIELDS[field].annotation)
    assert FIELDS[field].default is None


@pytest.mark.parametrize("field", ["database_url", "redis_url"])
def test_an_address_that_may_hold_a_password_is_hidden(field):
    assert SecretStr in typing.get_args(FIELDS[field].annotation)


def test_the_repr_of_settings_shows_no_secret():
    secret = "a-long-secret-word-31415"
    given = {
        field: secret
        for field, info in FIELDS.items()
        if SecretStr in typing.get_args(info.annotation)
    }

    settings = Settings(_env_file=None, **(given | WITH_SECRETS))

    assert secret not in repr(settings)
    assert secret not in str(settings.model_dump())


def _as_written(default: object) -> str:
    """Return a default as an operator would write it."""
    if isinstance(default, float):
        return f"{default:g}"
    return str(default).rstrip("/")
