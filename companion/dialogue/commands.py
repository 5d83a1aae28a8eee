"""What a student can tell Nuanyu to do, as a command, a button or in plain words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files

from companion.dialogue.reminding import reminding


class CommandName(StrEnum):
    """A command; the value is how it is written after the slash."""

    START = "start"
    HELP = "help"
    LANGUAGE = "language"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    HUMAN = "human"
    SOS = "sos"
    PLAN = "plan"
    PRIVACY = "privacy"
    EXPORT = "export"
    DELETE = "delete"
    MEMORY = "memory"
    CONTACT = "contact"
    CARE = "care"
    OBJECT = "object"
    MOOD = "mood"
    EXERCISE = "exercise"
    GAME = "game"
    SCALE = "scale"
    JOURNAL = "journal"
    LEARN = "learn"
    SUGGEST = "suggest"
    WEEK = "week"
    REMIND = "remind"
    AGE = "age"
    CONSENT = "consent"
    AGAIN = "again"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command and what follows it."""

    name: CommandName
    #: May be a student's words ("remember: …").
    argument: str = field(default="", repr=False)


_SLASHED = re.compile(r"^/([^\s@/]{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_REMEMBER = re.compile(r"^(?:记住|请记住|remember)\s*[:：]\s*(.+)$", re.DOTALL | re.IGNORECASE)
#: The right words in the place of something remembered wrongly, by its number.
_CORRECT = re.compile(
    r"^(?:改第|更正第|correct number|correct)\s*(\d{1,2}\s*条?\s*[:：]\s*\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
#: Words a student adds for the staff who look after their case.
_ADD = re.compile(r"^(?:补充|我要补充|add)\s*[:：]\s*(.+)$", re.DOTALL | re.IGNORECASE)
#: Words to look for in the pages of one's own journal.
_FIND = re.compile(
    r"^(?:搜日记|查日记|日记里?找|(?:search|find in) my journal)\s*[:：]?\s*(.+)$",
    re.DOTALL | re.IGNORECASE,
)
#: Orders that go on with the student's own words: how they begin, whose they are, and its verb.
_LED_IN = (
    (_REMEMBER, CommandName.MEMORY, "keep"),
    (_CORRECT, CommandName.MEMORY, "change"),
    (_ADD, CommandName.PRIVACY, "add"),
    (_FIND, CommandName.JOURNAL, "find"),
)
_NAMES = {name.value: name for name in CommandName if name.value}


@dataclass(frozen=True, slots=True)
class _Words:
    """What can be said instead of a command."""

    plain: Mapping[str, CommandName]
    #: Words to the whole command that they mean, slash and argument in it.
    orders: Mapping[str, str]
    slashed: Mapping[str, CommandName]


@cache
def _words() -> _Words:
    file = files("companion") / "content" / "commands.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return _Words(
        {word: CommandName(name) for name, said in table["words"].items() for word in said},
        {word: order for order, said in table["orders"].items() for word in said},
        {word: CommandName(name) for name, said in table["slashed"].items() for word in said},
    )


def parse_command(text: str) -> Command | None:
    """Return the command a whole message is, or None for talk."""
    stripped = unicodedata.normalize("NFKC", text).strip()
    slashed = _SLASHED.match(stripped)
    if slashed:
        word = slashed[1].lower()
        name = _NAMES.get(word) or _words().slashed.get(word, CommandName.UNKNOWN)
        return Command(name, (slashed[2] or "").strip())
    for pattern, name, verb in _LED_IN:
        if led := pattern.match(stripped):
            return Command(name, f"{verb} {led[1].strip()}")
    bare = stripped.strip(" \t\n.!?,;~。！？，；～…").casefold()
    words = _words()
    if bare in words.orders:
        return parse_command(words.orders[bare])
    if bare in words.plain:
        name = words.plain[bare]
        return Command(name, "stop" if name is CommandName.CARE else "")
    asked = reminding(bare)
    return None if asked is None else Command(CommandName.REMIND, asked)
