"""No word of a student, and no name a platform has for one, is left behind (law 2)."""

from __future__ import annotations

import dataclasses
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

import bot
import cli
import companion
import infra
from companion.dialogue.commands import Command, parse_command
from companion.jobs import Job
from companion.messages import Inbound, Platform
from tests.house.marked_talk import END, MARK, SENDER
from tests.house.tree import ROOT

#: The mark as text, as escaped text, as bytes and as part of it.
_MARKS = ("Qzvwx", "蔷薇", "\\u8537", "\\xe8\\x94\\xb7", SENDER)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def left_behind():
    """What a process wrote to its output and its logs during a marked talk."""
    talk = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "always", "-m", "tests.house.marked_talk"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert talk.returncode == 0, talk.stderr[-3000:]
    return talk.stdout + talk.stderr


def test_the_marked_talk_went_its_whole_way_through_calm_crisis_and_every_failure(left_behind):
    jobs = set(re.findall(r"^job (\w+)", left_behind, re.MULTILINE))

    assert END in left_behind
    assert jobs >= set(Job) - {Job.SHOW_DRAFT, Job.SHOW_TYPING}
    assert "marked_talk_begins" in left_behind  # logs at DEBUG are among what is looked at
    assert "StoreUnavailable" in left_behind  # and what broke
    assert "put away" in left_behind


@pytest.mark.parametrize("mark", _MARKS)
def test_no_word_and_no_sender_is_in_logs_jobs_rings_pages_or_errors(left_behind, mark):
    assert [line[:300] for line in left_behind.splitlines() if mark in line] == []


def test_jobs_carry_nothing_but_ids(left_behind):
    carried = re.findall(r"^job \w+ ?(.*)$", left_behind, re.MULTILINE)

    assert len(carried) > 50
    assert [ids for ids in carried if not all(map(_UUID.fullmatch, ids.split()))] == []


# ------------------------------------------------------------ repr of what carries words

#: Fields under these names hold what a student or the model said, or a platform's name for one.
_WORDY = {
    *("text", "texts", "content", "argument", "summary", "facts", "recent", "opening", "earlier"),
    *("said", "folded", "pieces", "partial", "history", "body", "html"),
    *("sender", "address", "platform_id", "chat_id", "token"),
}
#: Classes whose words are ours, from the packaged texts.
_OURS = {
    "companion.dialogue.guided.lines.Line",
    "companion.people.onboarding.Question",
}


def _dataclasses():
    for package in (companion, infra, bot, cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                loaded = importlib.import_module(module.name)
                for one in vars(loaded).values():
                    if isinstance(one, type) and one.__module__ == module.name:
                        yield one


def _fields(kind):
    """Name, type and visibility of a class's fields, for dataclasses and pydantic's models."""
    if dataclasses.is_dataclass(kind):
        return [(one.name, str(one.type), one.repr) for one in dataclasses.fields(kind)]
    if issubclass(kind, tuple):  # a NamedTuple shows everything
        return [(name, "str", True) for name in getattr(kind, "_fields", ())]
    models = getattr(kind, "model_fields", {})
    shown = isinstance(models, dict)
    return [(n, str(m.annotation), m.repr) for n, m in models.items()] if shown else []


def test_no_class_shows_words_in_its_repr():
    showing = {
        f"{kind.__module__}.{kind.__qualname__}.{name}"
        for kind in _dataclasses()
        if f"{kind.__module__}.{kind.__qualname__}" not in _OURS
        for name, type_, is_shown in _fields(kind)
        if name in _WORDY and is_shown and "str" in type_
    }

    assert showing == set()


def test_a_students_words_and_names_are_not_in_the_repr_of_what_arrives():
    inbound = Inbound(
        platform=Platform.TELEGRAM,
        platform_id=SENDER,
        sender=SENDER,
        address=SENDER,
        text=MARK,
        sent_at=datetime(2026, 11, 22, tzinfo=UTC),
    )

    assert not any(mark in repr(inbound) for mark in _MARKS)


def test_a_command_with_words_behind_it_does_not_show_them():
    command = parse_command(f"记住：{MARK}")

    assert isinstance(command, Command)
    assert MARK in command.argument
    assert MARK not in f"{command!r} {command}"
