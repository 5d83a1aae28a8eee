"""The safety plan: six parts in the student's own words, and the numbers that stand in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from companion.language import Language
from companion.safety.dialogue.words import dialogue_words
from companion.safety.numbers import Numbers
from companion.safety.wordings import wordings

#: The parts in their order (Stanley and Brown's six steps).
PARTS: Final = ("signs", "self", "places", "people", "lines", "safer")
#: Lines of one part at most; the oldest make room.
MOST_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class SafetyPlan:
    """What a student wrote down for a bad hour."""

    #: Lines by part; a part nobody wrote is missing.
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    #: Whether the student lets staff see it.
    shared: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not any(self.lines.values())

    def with_line(self, part: str, line: str) -> SafetyPlan:
        """Return the plan with one more line; a line that is there already is not repeated."""
        kept = tuple(one for one in self.lines.get(part, ()) if one != line)
        return replace(self, lines={**self.lines, part: (*kept, line)[-MOST_LINES:]})

    def without(self, part: str) -> SafetyPlan:
        """Return the plan with a part empty, to be written anew."""
        return replace(self, lines={key: kept for key, kept in self.lines.items() if key != part})


def plan_text(plan: SafetyPlan, *, numbers: Numbers, language: Language) -> str:
    """Return the plan as the student, or staff who may, read it."""
    words, card = dialogue_words(language), wordings(language)
    either = card.say("lines", "or")
    emergency = either.join(numbers.emergency) or card.say("lines", "emergency_name")
    blocks = [words.one("page", "title")]
    for part in PARTS:
        lines: Sequence[str] = [f"· {line}" for line in plan.lines.get(part, ())]
        if part == "lines":
            lines = [
                *lines,
                *numbers.rows,
                "· " + words.one("page", "emergency", emergency=emergency),
            ]
        blocks.append(
            "\n".join([words.one("page", part), *(lines or [words.one("page", "empty")])])
        )
    blocks.append(words.one("page", "shared" if plan.shared else "unshared"))
    return "\n\n".join(blocks)
