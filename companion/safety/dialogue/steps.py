"""The questions as rules: when each is asked, and what its answers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from companion.errors import ContentError
from companion.risk.content import entries, pattern, refuse_unknown
from companion.risk.levels import Level
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.cues import FILE, document
from companion.safety.dialogue.state import State

Codes = Mapping[str, tuple[str, ...]]
#: The topics of questions about one's own life, and about who is there.
DANGER: Final = "danger"
WHO: Final = "who"
_KNOWN = {"id", "codes", "yes", "no", "after", "unless", "not_after"}
_KNOWN |= {"raises", "evidence", "to", "keeps", "said", "few", "volunteer", "topic", "same_as"}
_KNOWN |= {"at_once", "strict"}
_LEVELS = {level.label: level for level in Level}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question."""

    id: str
    #: What can be answered, in the order of the buttons.
    codes: tuple[str, ...]
    #: The codes a plain yes and a plain no stand for; "" when they stand for none.
    yes: str = ""
    no: str = ""
    #: Asked only after one of these answers was given; empty: always.
    after: Codes
    #: Not asked when one of these answers was given, or one of these steps was asked.
    unless: Codes
    not_after: frozenset[str]
    #: The level an answer stands for, and how staff read it.
    raises: Mapping[str, Level]
    evidence: Mapping[str, str]
    #: The branch an answer leads to.
    to: Mapping[str, Branch]
    #: What it is about: DANGER, WHO or ""; a yes to one says nothing about another.
    topic: str
    #: A question of another branch that asks for the same.
    same_as: str
    #: A yes or no counts only alone: "there are classes" does not say that somebody is there.
    is_strict: bool
    #: Asked before all others once it fits: an answer called for it.
    at_once: bool
    #: The part of the safety plan that the student's own words go into.
    keeps: str | None
    #: Whether an answer may be taken before the question was asked.
    may_be_volunteered: bool
    #: Whole texts that are the answer even before the question was asked, by code.
    few: Mapping[str, re.Pattern[str]]
    #: How an answer is said in free text, by code.
    ways: Mapping[str, re.Pattern[str]]

    @property
    def is_question(self) -> bool:
        """Whether it waits for an answer; else for something done, or written down."""
        return self.keeps is None and "next" not in self.codes

    def fits(self, state: State) -> bool:
        """Whether this is to be asked, given what was asked and answered."""
        if self.id in state.asked or self.not_after & set(state.asked):
            return False
        if _any_given(self.unless, state):
            return False
        return not self.after or _any_given(self.after, state)


def next_step(state: State) -> Step | None:
    """Return the next question of the branch; None when nothing is left to ask."""
    sequence = [steps()[name] for name in branches()[state.branch]]
    fitting = [step for step in sequence if step.fits(state)]
    return next((step for step in fitting if step.at_once), fitting[0] if fitting else None)


def coming(state: State) -> list[Step]:
    """Return the questions of the branch that were not asked yet, whether or not they will be."""
    sequence = (steps()[name] for name in branches()[state.branch])
    return [
        step
        for step in sequence
        if step.is_question and step.id not in state.asked and not step.not_after & set(state.asked)
    ]


@cache
def steps() -> Mapping[str, Step]:
    """Return every question by its id, or raise ContentError."""
    return {entry["id"]: _step(entry) for entry in entries(document(), "step", file=FILE)}


@cache
def branches() -> Mapping[Branch, tuple[str, ...]]:
    """Return the questions of each branch in their order, or raise ContentError."""
    found = {}
    for branch in Branch:
        names = tuple(document()["branches"].get(branch.value, ()))
        unknown = [name for name in names if name not in steps()]
        if unknown or not names:
            raise ContentError(f"{FILE}: branch '{branch}' is empty or has no step {unknown}")
        found[branch] = names
    return found


def _step(entry: Mapping[str, Any]) -> Step:
    refuse_unknown(entry, _KNOWN, file=FILE)
    try:
        return Step(
            id=entry["id"],
            codes=tuple(entry["codes"]),
            yes=entry.get("yes", ""),
            no=entry.get("no", ""),
            after=_codes(entry.get("after", {})),
            unless=_codes(entry.get("unless", {})),
            not_after=frozenset(entry.get("not_after", ())),
            raises={code: _LEVELS[name] for code, name in entry.get("raises", {}).items()},
            evidence=dict(entry.get("evidence", {})),
            to={code: Branch(name) for code, name in entry.get("to", {}).items()},
            topic=entry.get("topic", ""),
            same_as=entry.get("same_as", ""),
            is_strict=entry.get("strict", False),
            at_once=entry.get("at_once", False),
            keeps=entry.get("keeps"),
            may_be_volunteered=entry.get("volunteer", False),
            ways=_patterns(entry, "said"),
            few=_patterns(entry, "few"),
        )
    except (KeyError, ValueError) as error:
        raise ContentError(f"{FILE}: step '{entry['id']}': {error}") from error


def _codes(table: Mapping[str, list[str]]) -> Codes:
    return {step: tuple(codes) for step, codes in table.items()}


def _patterns(entry: Mapping[str, Any], key: str) -> Mapping[str, re.Pattern[str]]:
    return {
        code: pattern({"id": entry["id"], code: texts}, code, file=FILE)
        for code, texts in entry.get(key, {}).items()
    }


def _any_given(table: Codes, state: State) -> bool:
    return any(state.answers.get(step) in codes for step, codes in table.items())
