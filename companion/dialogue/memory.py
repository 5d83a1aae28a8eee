"""What is kept of a talk: a rolling summary of its older part, and durable facts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from importlib.resources import files
from typing import Any, cast

from companion.dialogue.prompt import load_words, without_marks
from companion.dialogue.window import LINE_OVERHEAD, shorten
from companion.errors import ModelUnavailable
from companion.language import Language
from companion.ports import ChatLine, ChatRole, LanguageModel, Mask, Prompt
from companion.turns import Role, Turn

#: Longest summary, longest line quoted in one (characters).
MOST_CHARACTERS = 1000
LINE_CHARACTERS = 80
#: A line shorter than this (characters) says too little to be kept.
_SHORTEST_LINE = 6


def summarise(
    turns: Sequence[Turn],
    previous: str | None,
    *,
    model: LanguageModel | None,
    mask: Mask,
    language: Language,
) -> str:
    """Fold older turns into the summary; at most `MOST_CHARACTERS`.

    Without a model, or when it fails, the student's own lines are kept, shortened.
    """
    written = ""
    if model is not None:
        prompt = _prompt(_talk(turns, previous, mask, language), model, language)
        written = mask.restore(_ask(model, prompt)).strip()
    return written or _extract(turns, previous, language)


def _ask(model: LanguageModel, prompt: Prompt) -> str:
    text = ""
    try:
        with closing(cast("Any", model.stream(prompt))) as pieces:
            for piece in pieces:
                text += piece
                if len(text) > MOST_CHARACTERS:
                    return ""  # It is not summing up.
    except ModelUnavailable:
        return ""
    return text


def _talk(turns: Sequence[Turn], previous: str | None, mask: Mask, language: Language) -> str:
    words = load_words(language)
    names = {Role.USER: words["speaker_student"], Role.ASSISTANT: words["speaker_companion"]}
    earlier = [words["summary_before"], previous] if previous else []
    talk = [f"{names[turn.role]}: {turn.text}" for turn in turns]
    # In one go, so that a name is known wherever it was introduced.
    return without_marks(mask.hide("\n".join([*earlier, words["summary_talk"], *talk])))


def _prompt(talk: str, model: LanguageModel, language: Language) -> Prompt:
    system = load_words(language)["summarise"].strip()
    room = model.prompt_tokens - model.count_tokens(system) - 2 * LINE_OVERHEAD
    body = shorten(talk, max(room, 0), model.count_tokens)
    return ChatLine(ChatRole.SYSTEM, system), ChatLine(ChatRole.USER, body)


def _extract(turns: Sequence[Turn], previous: str | None, language: Language) -> str:
    title = load_words(language)["said_before"]
    earlier = (previous or "").splitlines()
    lines = [line for line in earlier if line.strip() and line != title]
    lines += [
        f"- {_cut(turn.text)}"
        for turn in turns
        if turn.role is Role.USER and len(turn.text.strip()) >= _SHORTEST_LINE
    ]
    # The newest lines stay; a previous summary goes last of all, being the oldest.
    kept: list[str] = []
    room = MOST_CHARACTERS - len(title) - 1
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    return "\n".join([title, *kept]) if kept else ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_CHARACTERS else line[: LINE_CHARACTERS - 1] + "…"


def extract_facts(turns: Sequence[Turn], language: Language) -> tuple[str, ...]:
    """Return durable facts the student told in so many words, in the student's own order.

    Only what stands behind a clear cue ("叫我…", "my dog is called …") counts; each fact is one
    plain line that can be shown, corrected and erased.
    """
    found: dict[str, None] = {}
    for turn in turns:
        if turn.role is Role.USER:
            for pattern, template in _facts()[language]:
                for match in pattern.finditer(turn.text):
                    found[template.format(*(part.strip() for part in match.groups("")))] = None
    return tuple(found)


@cache
def _facts() -> dict[Language, list[tuple[re.Pattern[str], str]]]:
    file = files("companion") / "content" / "prompt" / "facts.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        language: [
            (re.compile(entry["cue"], re.IGNORECASE), entry["fact"])
            for entry in entries[language.value]
        ]
        for language in Language
    }
