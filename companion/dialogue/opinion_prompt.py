"""What the model server is told when it is asked how worrying a text is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from companion.dialogue.prompt import without_marks
from companion.dialogue.window import CUT_MARK
from companion.language import Language
from companion.ports import ChatLine, ChatRole, Prompt
from companion.turns import Role, Turn

#: With the rules this fits a window of 4096 tokens, whatever the script (characters).
LONGEST_TEXT = 1200
LINES_BACK = 8
_LONGEST_LINE = 150
# The marks that fence a text off; inside it they have no meaning.
_FENCE = re.compile(r"<\s*/?\s*(?:text|talk)\s*>", re.IGNORECASE)


def opinion_prompt(text: str, history: Sequence[Turn], *, language: Language) -> Prompt:
    """Return the prompt for one text and the talk before it, both fenced off as material.

    Of a long text the beginning and the end are kept; of the talk the last few lines.
    """
    words = _words()[language.value]
    speakers = {Role.USER: words["student"], Role.ASSISTANT: words["companion"]}
    talk = [
        f"{speakers[turn.role]}: {_fenced(turn.text, _LONGEST_LINE)}"
        for turn in history[-LINES_BACK:]
    ]
    parts = [words["talk"], "<talk>", *talk, "</talk>"] if talk else []
    parts += [words["text"], "<text>", _fenced(text, LONGEST_TEXT), "</text>", words["ask"]]
    return (
        ChatLine(ChatRole.SYSTEM, words["rules"].strip()),
        ChatLine(ChatRole.USER, "\n".join(parts)),
    )


def shortened(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters, its beginning and end, as valid Unicode."""
    # Platforms let through halves of emoji, which no wire takes.
    text = text.encode(errors="replace").decode()
    if len(text) <= longest:
        return text
    half = (longest - len(CUT_MARK)) // 2
    return text[:half] + CUT_MARK + text[-half:]


def _fenced(text: str, longest: int) -> str:
    return _FENCE.sub(" ", without_marks(shortened(text, longest)))


@cache
def _words() -> dict[str, dict[str, str]]:
    file = files("companion") / "content" / "prompt" / "opinion.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
