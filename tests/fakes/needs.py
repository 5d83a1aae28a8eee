"""What a machine may lack: such tests are left out, unless NUANYU_TEST_REQUIRE names it."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def is_required(what: str) -> bool:
    """Whether this run must not go without: "browser", "node", "postgres", "model" or "encoder"."""
    return what in os.environ.get("NUANYU_TEST_REQUIRE", "").replace(" ", "").split(",")


def missing(what: str, reason: str) -> NoReturn:
    """Fail where it is required, else skip, saying what is missing."""
    if is_required(what):
        pytest.fail(f"{what} is required here: {reason}", pytrace=False)
    pytest.skip(reason)
