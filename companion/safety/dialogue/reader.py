"""What an answer means: a pressed button, or a student's own words. Nothing unclear is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from companion.risk.levels import Level
from companion.safety.dialogue.beside import (
    answer_at_head,
    is_about_something_else,
    left_over,
    news_in,
    outspoken,
    parts_of,
)
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.cues import attitude_in, cues_in, passes_over, plain_answer_in, says
from companion.safety.dialogue.state import KEPT, REFUSED, UNREAD, State
from companion.safety.dialogue.steps import DANGER, Step, coming, steps
from companion.safety.dialogue.tells import Clause, Told, is_of_somebody
from companion.safety.dialogue.words import code_of_label

#: So many questions ahead an answer may be given before it is asked for.
_AHEAD: Final = 8
#: Codes of prompts that are no questions.
NEXT: Final = "next"
SKIP: Final = "skip"
#: A bare "yes" with no question before it: it says nothing.
NOTED: Final = "noted"
_BARE: Final = 6
#: So short a "no" or "not sure" is no part of a safety plan (characters).
_BRIEF: Final = 12
_NOT_WRITTEN: Final = frozenset({"no", "unsure", "refuse"})
#: Longer texts tell more than an answer: only their beginning is read as one (characters).
SHORT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was made of a text."""

    #: The step it answers; None when no question waited.
    step: str | None
    code: str = UNREAD
    #: What it says about being asked at all ("joke", "stop", …).
    attitude: str | None = None
    #: A button was pressed: the words are ours, not the student's.
    was_pressed: bool = False
    #: What the text tells beside, as answers to other questions; the gravest first.
    beside: tuple[Told, ...] = ()
    #: Something in the text was understood by nothing here.
    leaves_over: bool = field(default=False, compare=False)

    @property
    def is_answer(self) -> bool:
        """Whether the text answers a question that was asked."""
        return self.step is not None and self.code not in {UNREAD, NOTED, KEPT}

    @property
    def is_understood(self) -> bool:
        """Whether the text was read as an answer, or as a word about being asked."""
        return self.code != UNREAD or self.attitude is not None


def read(text: str, state: State) -> Answer:
    """Return what a text answers."""
    pressed = _pressed(text.strip(), state)
    if pressed is not None:
        return pressed
    step = steps()[state.pending] if state.pending else None
    attitude = attitude_in(text) if len(text) <= 2 * SHORT else None
    if step is not None and attitude not in {"stop", "leaving"} and not step.is_question:
        return _with_tells(Answer(step=step.id, code=_as_a_step(text, step)), text, state)
    if attitude is not None:
        return Answer(step=state.pending, attitude=attitude)
    if step is None:
        return _unasked(text, state)
    return _with_tells(Answer(step=step.id), text, state)


def _with_tells(answer: Answer, text: str, state: State) -> Answer:
    """Add what the text answers, and what it tells beside the question."""
    step = steps()[answer.step or ""]
    parts = parts_of(text, step)
    if answer.code == UNREAD and not _is_about_both(text, state):
        code = _in_own_words(text, step, parts)
        answer = replace(answer, code=outspoken(parts, step, code=code))
    if answer.code == KEPT:
        return answer
    beside = news_in(parts, state, answered=None if answer.code == UNREAD else step.id)
    answer = replace(answer, beside=beside, leaves_over=any(left_over(parts, step)))
    if answer.code != UNREAD:
        return answer
    if beside:
        return replace(answer, step=beside[0].step, code=beside[0].code, beside=beside[1:])
    return _volunteered(text, state) or answer


def _unasked(text: str, state: State) -> Answer:
    """Read a text that no question waits for: only grave facts count."""
    grave = [told for told in news_in(parts_of(text, None), state) if told.level >= Level.HIGH]
    if grave:
        return Answer(step=grave[0].step, code=grave[0].code, beside=tuple(grave[1:]))
    return Answer(step=None, code=NOTED if _says_little(text) else UNREAD)


def _is_about_both(text: str, state: State) -> bool:
    """Whether somebody asked about another person speaks of themselves."""
    is_to_lead = state.pending is not None and bool(steps()[state.pending].to)
    return state.branch is Branch.OTHER and not is_to_lead and "myself" in cues_in(text)


def _pressed(text: str, state: State) -> Answer | None:
    """Find the button: of the question that waits, else of one asked before, the latest first."""
    asked = [state.pending] if state.pending else []
    for step in [*asked, *reversed(state.asked)]:
        code = code_of_label(step, text)
        if code is not None:
            return Answer(step=step, code=code, was_pressed=True)
    return None


def _says_little(text: str) -> bool:
    """Whether a text with no question before it is a bare "yes", "ok" or "no"."""
    return len(text.strip()) <= _BARE and plain_answer_in(text) is not None


def _as_a_step(text: str, step: Step) -> str:
    """Read what follows a prompt that is no question: it was done, written, or passed over."""
    is_brief = len(text.strip()) <= _BRIEF
    if passes_over(text) or (step.keeps and is_brief and plain_answer_in(text) in _NOT_WRITTEN):
        return SKIP if SKIP in step.codes else NEXT
    return KEPT if step.keeps else NEXT


def _in_own_words(text: str, step: Step, parts: Sequence[Clause]) -> str:
    plain = answer_at_head(parts, step) or plain_answer_in(text)
    if plain in {"yes", "no"} and is_about_something_else(parts, step):
        told = [code for code, found in step.ways.items() if says(found, text)]
        return _only(told) if len(text) <= SHORT else UNREAD
    if plain == REFUSED or (plain is not None and plain in step.codes and plain == "unsure"):
        return plain
    told = [code for code, found in step.ways.items() if says(found, text)]
    if step.topic == DANGER and plain is None and is_of_somebody(text):
        return UNREAD  # "my brother tried last year"
    if plain == "no":
        # "No, it might be tonight" is no "no", and "I don't want to put it away" no "put away".
        graver = [code for code in told if code in step.raises]
        return step.no if step.no and told in ([], [step.no]) else _only(graver)
    if plain == "yes" and step.yes and not told:
        return step.yes
    return _only(told) if len(text) <= SHORT else UNREAD


def _only(told: list[str]) -> str:
    return told[0] if len(told) == 1 else UNREAD


def _volunteered(text: str, state: State) -> Answer | None:
    """Read a short text as the answer to a question that would have come soon."""
    for step in coming(state)[:_AHEAD]:
        told = told_of(text, step)
        if told is not None:
            return Answer(step=step.id, code=told)
    return None


def told_of(text: str, step: Step) -> str | None:
    """Return the one answer to a step that a text tells before it was asked; None otherwise.

    What would raise the level is taken so only from whole texts that mean nothing else.
    """
    if len(text) > SHORT:
        return None
    for code, found in step.few.items():
        if says(found, text):
            return code
    if not step.may_be_volunteered:
        return None
    told = [code for code, found in step.ways.items() if says(found, text)]
    return told[0] if len(told) == 1 and told[0] not in step.raises else None
