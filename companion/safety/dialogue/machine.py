"""The safety dialogue: one question at a time, none twice, never an end by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from companion.risk.levels import Level, Verdict
from companion.safety.dialogue.branches import OWN_EMERGENCY, Branch, branch_for, should_move
from companion.safety.dialogue.levels import by_itself, is_echo, raised
from companion.safety.dialogue.reader import SHORT, Answer, read, told_of
from companion.safety.dialogue.replies import (
    after_answer,
    finished,
    late,
    nothing_left,
    to_attitude,
)
from companion.safety.dialogue.speech import Said, Scene
from companion.safety.dialogue.state import KEPT, REFUSED, UNREAD, State
from companion.safety.dialogue.steps import next_step, steps
from companion.safety.dialogue.tells import Told

#: After so many refusals in a row nothing more is asked.
MOST_REFUSALS: Final = 2
#: Branches in which nothing is asked about danger.
_UNASKED: Final = frozenset({Branch.QUIET, Branch.PLAN})
#: A part of the safety plan is short; more is cut (characters).
LONGEST_PART: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a student wrote, or pressed."""

    text: str = field(repr=False)
    #: How it was screened in the talk, and how it reads by itself, without our question.
    verdict: Verdict
    alone: Verdict
    is_minor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """The dialogue one text later."""

    state: State
    #: None: nothing is to be asked or said here; the talk goes on elsewhere.
    said: Said | None
    #: What the text says in this dialogue: at least as grave as the answer, about whom it is.
    verdict: Verdict
    #: A part of the safety plan and the student's words for it.
    kept: tuple[str, str] | None = field(default=None, repr=False)
    #: The step that was answered.
    answered: str | None = None
    #: Whether the text was read as an answer: nobody needs to read more out of it.
    is_understood: bool = False
    #: A question follows that a sentence of the model may stand before: nothing is urgent.
    may_be_reflected: bool = False


def open_dialogue(
    verdict: Verdict,
    *,
    now: datetime,
    text: str = "",
    branch: Branch | None = None,
    is_minor: bool = False,
    round: int = 0,  # noqa: A002 - the word of the state
) -> State:
    """Begin a talk: its first question is pending. The card, or the plan, asks it.

    `round` counts the safety talks before this one. `now` is aware.
    """
    chosen = branch or branch_for(verdict, text=text, is_minor=is_minor)
    state = State(branch=chosen, level=verdict.level, started_at=now, updated_at=now, round=round)
    if chosen is Branch.SELF and verdict.level >= Level.HIGH:
        return _asking(state, "soon")
    first = next_step(state)
    return _asking(state, first.id) if first else state


def advance(state: State, heard: Heard, *, scene: Scene, now: datetime) -> Turned:
    """Take in what a student wrote or pressed and return what is said to it.

    The level of the state never falls. `now` is aware.
    """
    answer = read(heard.text, state)
    heard = replace(heard, alone=by_itself(heard.alone, answer, heard.text))
    before = replace(state, updated_at=now)
    verdict = raised(before, answer, verdict=heard.verdict, alone=heard.alone)
    alarm = _is_alarm(before, answer, heard, verdict)
    if alarm and answer.code == KEPT:
        answer = Answer(step=answer.step)
    turned = partial(_turned, before=before, answer=answer, verdict=verdict, text=heard.text)
    after = _noted(before, answer, verdict)
    if answer.attitude is not None and not alarm:
        state, said = to_attitude(after, answer.attitude, scene)
        if said is not None:
            return turned(state, said)
        after = state
    moved, answer = _also(_moved(after, answer, heard, verdict, alarm=alarm), answer, heard.text)
    if not before.is_asking and not alarm and not answer.was_pressed:
        return turned(after, None)
    if before.branch is Branch.QUIET and not alarm and _is_left_alone(answer):
        return turned(replace(after, pending=None), None)
    return turned(*_speak(before, moved, answer, scene, alarm=alarm))


def _turned(
    state: State,
    said: Said | None,
    *,
    before: State,
    answer: Answer,
    verdict: Verdict,
    text: str,
) -> Turned:
    return Turned(
        state=state,
        said=said,
        verdict=verdict,
        kept=_kept(answer, text),
        answered=answer.step,
        is_understood=answer.is_understood,
        may_be_reflected=_may_be_reflected(before, state, answer),
    )


def _may_be_reflected(before: State, state: State, answer: Answer) -> bool:
    """Whether what was said may be taken up in words that nobody reviewed."""
    if answer.was_pressed or answer.attitude is not None or state.branch not in _REFLECTED:
        return False
    is_urgent = state.level is Level.IMMINENT or state.level > before.level
    is_new = state.pending not in {None, before.pending}
    return is_new and not is_urgent and steps()[state.pending or ""].is_question


#: Not where somebody may read along, beliefs may be fed or every word about the body counts.
_REFLECTED: Final = frozenset(
    {Branch.SELF, Branch.SELF_HARM, Branch.OTHER, Branch.PAST, Branch.GRIEF, Branch.MINOR}
)


def _is_alarm(state: State, answer: Answer, heard: Heard, verdict: Verdict) -> bool:
    """Whether the words themselves worry, or an old button does while nothing is asked."""
    if answer.was_pressed:
        return not state.is_asking and verdict.level >= Level.MODERATE
    if answer.code == KEPT:
        # What warns somebody of a bad hour is written in dark words; that is its purpose.
        return heard.alone.level >= Level.HIGH
    if state.branch in _UNASKED and any(told.level >= Level.HIGH for told in _told(answer)):
        return True
    if not state.is_asking and (not answer.is_understood or answer.is_answer):
        return verdict.level >= Level.MODERATE
    if len(heard.text) <= SHORT and is_echo(heard.alone):
        return False  # a few words that no rule finds anything in: the level is noted, no more
    # An answer may be dark without being news.
    return heard.alone.level >= (Level.HIGH if answer.is_answer else Level.MODERATE)


def _noted(state: State, answer: Answer, verdict: Verdict) -> State:
    state = replace(state, level=max(state.level, verdict.level))
    if answer.step is None:
        return state
    if answer.attitude is None:
        refusals = state.refusals + 1 if answer.code == REFUSED else 0
        state = replace(state, refusals=refusals)
    if state.pending not in {None, answer.step} and not answer.was_pressed:
        state = state.answered(state.pending or "", UNREAD)
    for told in answer.beside:
        state = state.answered(told.step, told.code)
    return state.answered(answer.step, answer.code)


def _moved(state: State, answer: Answer, heard: Heard, verdict: Verdict, *, alarm: bool) -> State:
    """Return the state in the branch that the new facts call for."""
    to = _led_to(answer)
    if to is None and alarm:
        found = branch_for(heard.alone, text=heard.text, is_minor=heard.is_minor)
        to = found if should_move(state.branch, found, level=heard.alone.level) else None
        if to is None and state.branch in _UNASKED:
            to = Branch.SELF
    state = replace(state, branch=to) if to else state
    if verdict.level is Level.IMMINENT and state.branch not in OWN_EMERGENCY:
        state = replace(state, branch=Branch.NOW)
    if state.refusals >= MOST_REFUSALS and not alarm and state.level < Level.IMMINENT:
        state = replace(state, branch=Branch.QUIET)
    return state


def _led_to(answer: Answer) -> Branch | None:
    """Return the branch that the gravest answer in a text leads to."""
    found = (steps()[told.step].to.get(told.code) for told in _told(answer))
    return next((branch for branch in found if branch is not None), None)


def _told(answer: Answer) -> tuple[Told, ...]:
    own = (Told(answer.step, answer.code),) if answer.step is not None else ()
    return (*answer.beside, *own)


def _also(state: State, answer: Answer, text: str) -> tuple[State, Answer]:
    """Take in what was told in the same breath; the gravest of it is what is taken up."""
    if answer.was_pressed or not answer.is_answer or _led_to(answer) is not None:
        return state, answer
    if answer.beside and answer.step is not None:
        first, own = answer.beside[0], Told(answer.step, answer.code)
        is_further = own.step in steps()[first.step].after  # "my friend, I texted her"
        is_first = first.level > own.level or is_further
        return state, replace(answer, step=first.step, code=first.code) if is_first else answer
    step = next_step(state)
    told = told_of(text, step) if step is not None and step.is_question else None
    if step is None or told is None:
        return state, answer
    return state.answered(step.id, told), Answer(step=step.id, code=told)


def _is_left_alone(answer: Answer) -> bool:
    """Whether somebody who wished not to be asked writes of something else."""
    return answer.step == "quiet" and not answer.was_pressed and answer.code not in _IN_QUIET


_IN_QUIET: Final = frozenset({"breath", "senses", "body", "silence", "other"})


def _speak(
    before: State, state: State, answer: Answer, scene: Scene, *, alarm: bool
) -> tuple[State, Said]:
    if answer.step == "quiet" and answer.code in {"silence", "other"}:
        after, said = to_attitude(state, answer.code, scene)
        return after, said or Said("", ())
    if _is_late(before, state, answer):
        return late(replace(state, pending=before.pending), answer, scene)
    step = None if _is_well(state) else next_step(state)
    if step is not None:
        asking = _asking(state, step.id)
        return after_answer(before, asking, answer, scene, alarm=alarm)
    state = replace(state, pending=None)
    if alarm and not answer.is_answer:
        return nothing_left(before, state, scene)
    return finished(before, state, answer, scene)


def _is_late(before: State, state: State, answer: Answer) -> bool:
    """Whether an earlier button was pressed that changes nothing while a question waits."""
    is_other = answer.was_pressed and before.is_asking and answer.step != before.pending
    return is_other and state.branch is before.branch and state.level is before.level


def _is_well(state: State) -> bool:
    """Whether somebody only asked for the numbers, and denies any wish to die."""
    denied = state.answers.get("passive") in {"no", "unread", REFUSED}
    return denied and state.level < Level.MODERATE


def _asking(state: State, step: str) -> State:
    return replace(state, pending=step, asked=(*state.asked, step))


def _kept(answer: Answer, text: str) -> tuple[str, str] | None:
    part = steps()[answer.step].keeps if answer.step else None
    if part is None or answer.code != KEPT:
        return None
    return part, " ".join(text.split())[:LONGEST_PART]
