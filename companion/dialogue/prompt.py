"""What the model is told: who it is, what it remembers, what was said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from companion.dialogue.passages import Passage
from companion.dialogue.window import LINE_OVERHEAD, fit, shorten
from companion.language import Language
from companion.ports import ChatLine, ChatRole, Prompt
from companion.risk import Level
from companion.turns import Role, Turn

#: The hours of the clock that count as late at night.
_NIGHT = {23, 0, 1, 2, 3, 4, 5}
# Marks that chat templates give a meaning; inside a student's words they have none.
_TEMPLATE_MARK = re.compile(r"<\|[^|<>]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?s>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkContext:
    """Everything a reply may know."""

    language: Language
    campus_name: str
    #: Aware, in the campus's time zone.
    local_time: datetime
    turns: tuple[Turn, ...]
    #: How many of the turns, the oldest ones, belong to talks before this one.
    earlier_turns: int = 0
    #: The older part of the talk, in short.
    summary: str | None = field(default=None, repr=False)
    #: Durable facts the student lets us remember, in plain lines.
    facts: tuple[str, ...] = field(default=(), repr=False)
    #: What the student did lately (mood, exercises, plan), in plain lines.
    recent: tuple[str, ...] = field(default=(), repr=False)
    #: Pieces of articles that fit what was said, best first.
    passages: tuple[Passage, ...] = ()
    level: Level = Level.NONE
    #: Whether the crisis card stands above in this talk.
    card_shown: bool = False
    #: Whether the student has been told that no model is answering.
    guided_told: bool = True
    #: Whether the student was here for many hours on several of the last days.
    leans: bool = False
    #: Whether a person held this talk a while ago, and handed it back.
    handed_back: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """A prompt that fits, and the older turns that did not."""

    prompt: Prompt
    dropped: tuple[Turn, ...]


def build_prompt(context: TalkContext, *, budget_tokens: int, count: Callable[[str], int]) -> Built:
    """Build a prompt of at most `budget_tokens`: the rules, the memory, the newest turns whole.

    After the system line the lines alternate and begin with the student.
    """
    kept, dropped, system = _arrange(context, budget_tokens, count)
    if kept and kept[0].role is Role.ASSISTANT:
        # Templates want the student first; what Nuanyu opened with must not be lost.
        system = f"{system}\n\n{load_words(context.language)['opening']}\n"
        opening, kept = kept[0].text, kept[1:]
        taken = count(system) + sum(count(turn.text) + LINE_OVERHEAD for turn in kept)
        room = max(0, budget_tokens - taken - LINE_OVERHEAD)
        system += shorten(opening, min(room, budget_tokens // 8), count)
    lines = (ChatLine(ChatRole(turn.role.value), turn.text) for turn in kept)
    return Built((ChatLine(ChatRole.SYSTEM, system), *lines), dropped)


def _arrange(
    context: TalkContext, budget_tokens: int, count: Callable[[str], int]
) -> tuple[tuple[Turn, ...], tuple[Turn, ...], str]:
    system = _system(context, budget_tokens, count)
    left = budget_tokens - count(system) - 2 * LINE_OVERHEAD
    turns = [replace(turn, text=without_marks(turn.text)) for turn in context.turns]
    kept, dropped = fit(turns, budget_tokens=left, count=count)
    return kept, dropped, system


def _system(context: TalkContext, budget_tokens: int, count: Callable[[str], int]) -> str:
    words = load_words(context.language)
    core = words["core"].strip().replace("{campus}", context.campus_name)
    if count(core) > budget_tokens // 2:
        core = words["core_short"].strip().replace("{campus}", context.campus_name)
    share = budget_tokens // 10
    parts = [core, _moment(context, words)]
    if context.level is Level.WATCH:
        parts.append(words["watch"])
    if context.card_shown:
        parts.append(words["card"])
    if context.handed_back:
        parts.append(words["handed_back"])
    if context.leans:
        parts.append(words["leans"])
    for title, lines in (
        ("summary", [context.summary] if context.summary else []),
        ("facts", [f"- {fact}" for fact in context.facts]),
        ("recent", [f"- {thing}" for thing in context.recent]),
        ("articles", [f"《{one.title}》\n{one.text}" for one in context.passages]),
    ):
        if lines:
            text = without_marks("\n".join(lines))
            parts.append(f"{words[title]}\n{shorten(text, share, count)}")
    return shorten("\n\n".join(parts), budget_tokens * 3 // 4, count)


def _moment(context: TalkContext, words: dict[str, Any]) -> str:
    local = context.local_time
    weekday = words["weekdays"][local.weekday()]
    line = words["time"].replace("{time}", f"{weekday} {local:%H:%M}")
    return f"{line}\n{words['night']}" if local.hour in _NIGHT else line


def without_marks(text: str) -> str:
    """Take out what a chat template would read as a change of speaker."""
    return _TEMPLATE_MARK.sub(" ", text)


@cache
def load_words(language: Language) -> dict[str, Any]:
    """Return the wording of the prompts in one language."""
    file = files("companion") / "content" / "prompt" / f"{language.value}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
