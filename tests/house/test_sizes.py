"""Small files, small functions, names that say something."""

from __future__ import annotations

import ast
from pathlib import PurePath

import pytest

from tests.house.tree import code, parsed, read

LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 40  # lines, its signature and docstring included
#: Names under which anything ends up, so that nothing is found again.
DRAWERS = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc"}


def test_no_file_is_too_long_to_read_in_one_go():
    lengths = {name: len(read(name).splitlines()) for name in code()}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long_for_one_screen():
    assert [
        f"{name}:{function.lineno} {function.name}: {lines} lines"
        for name in code()
        for function in ast.walk(parsed(name))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := function.end_lineno - function.lineno + 1) > LONGEST_FUNCTION
    ] == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    assert [name for name in code() if DRAWERS & set(PurePath(name).with_suffix("").parts)] == []


@pytest.mark.parametrize("part", ["companion", "infra", "bot", "workers", "scheduler", "cli"])
def test_the_rules_of_this_file_look_at_every_package(part):
    assert any(name.startswith(f"{part}/") for name in code())
