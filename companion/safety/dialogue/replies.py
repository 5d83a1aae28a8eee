"""The messages of the dialogue, put together out of reviewed wordings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from companion.risk.levels import Level
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.reader import Answer
from companion.safety.dialogue.speech import (
    URGENT_AT_MOST,
    URGENT_EVERY,
    Said,
    Scene,
    buttons,
    drawn,
    heard,
    joined,
    names_emergency,
    question,
    urgent,
    urgent_choices,
)
from companion.safety.dialogue.state import KEPT, UNREAD, State
from companion.safety.dialogue.steps import Step, next_step, steps
from companion.safety.people import Reach

#: Branches that ask about nothing in particular.
_WITHOUT_TOPIC: Final = (Branch.QUIET, Branch.PLAN)
#: What is believed kindly and ends the asking; with an alert on its way that is said as well.
_BELIEVED: Final = ("lyric", "joke", "sure_fine")
#: What is added then: nothing is said of an alert that nobody can get.
_ALERTED: Final = {Reach.TOLD: "_told", Reach.TELLING: "_telling", Reach.COMING: "_telling"}


def after_answer(
    before: State, state: State, answer: Answer, scene: Scene, *, alarm: bool
) -> tuple[State, Said]:
    """Take up an answer and ask the question that is pending in `state`."""
    step = steps()[state.pending or ""]
    opening, state = _opening(before, state, answer, scene, alarm=alarm)
    text = joined(opening, question(state, step, scene))
    return state, Said(text, (*buttons(step, scene), *urgent_choices(state, scene)))


def late(state: State, answer: Answer, scene: Scene) -> tuple[State, Said]:
    """Take up a button of an earlier message; the question that waits goes on waiting."""
    earlier, step = steps()[answer.step or ""], steps()[state.pending or ""]
    own = scene.words.heard(earlier.id, answer.code)
    text, state = (own, state) if own else drawn(state, "heard", "late", scene)
    return state, Said(scene.fill(text), (*buttons(step, scene), *urgent_choices(state, scene)))


def finished(before: State, state: State, answer: Answer, scene: Scene) -> tuple[State, Said]:
    """Say that nothing more is asked, and stay."""
    opening, state = _opening(before, state, answer, scene, alarm=False)
    closing, state = drawn(state, "end", _end_of(state), scene)
    return state, _without_question(state, joined(opening, scene.fill(closing)), scene)


def _end_of(state: State) -> str:
    if "med_call" in state.asked:
        return "danger"
    if state.branch is Branch.OTHER:
        return "friend"
    parts = (code for step, code in state.answers.items() if step.startswith("part_"))
    return "plan" if KEPT in parts else "usual"


def nothing_left(before: State, state: State, scene: Scene) -> tuple[State, Said]:
    """Answer a new alarm when everything has been asked already: short, other words each time."""
    if state.level is Level.IMMINENT and before.level < Level.IMMINENT:
        text, state = urgent(state, scene, is_new=True)
    else:
        text, state = drawn(state, "stay", "texts", scene)
    return state, _without_question(state, scene.fill(text), scene)


def to_attitude(state: State, attitude: str, scene: Scene) -> tuple[State, Said | None]:
    """Answer what was said about being asked at all; None when the questions may go on."""
    if attitude == "stop" and state.level < Level.IMMINENT:
        return _quietly(replace(state, branch=Branch.QUIET), scene)
    if attitude == "angry":
        if state.refusals:
            return _quietly(replace(state, branch=Branch.QUIET), scene)
        return replace(state, refusals=1), None
    key = f"{attitude}{_ALERTED.get(scene.reach, '')}" if attitude in _BELIEVED else attitude
    if not scene.words.has("attitude", key):
        return state, None
    text, state = drawn(replace(state, pending=None), "attitude", key, scene)
    opening = ""
    if state.level is Level.IMMINENT:
        opening, state = urgent(state, scene, is_new=False)
    return state, _without_question(state, scene.fill(joined(text, opening)), scene)


def _quietly(state: State, scene: Scene) -> tuple[State, Said]:
    opening, state = drawn(state, "attitude", "quiet", scene)
    step = next_step(state)
    if step is None:
        return to_silence(state, opening, scene)
    state = replace(state, pending=step.id, asked=(*state.asked, step.id))
    return state, Said(joined(opening, question(state, step, scene)), buttons(step, scene))


def to_silence(state: State, opening: str, scene: Scene) -> tuple[State, Said]:
    """Stay without asking anything."""
    text, state = drawn(replace(state, pending=None), "attitude", "silence", scene)
    return state, _without_question(state, joined(opening, scene.fill(text)), scene)


def _opening(
    before: State, state: State, answer: Answer, scene: Scene, *, alarm: bool
) -> tuple[str, State]:
    """Return what stands before the question: what was heard, or the number that comes first."""
    taken_up, state = _taken_up(before, state, answer, scene, alarm=alarm)
    is_urgent = state.level is Level.IMMINENT
    is_new = is_urgent and before.level < Level.IMMINENT
    if is_urgent and names_emergency(taken_up):
        return scene.fill(taken_up), replace(state, since_urgent=0)
    is_due = state.since_urgent + 1 >= URGENT_EVERY
    is_due = is_due and state.drawn.get("urgent.again", 0) < URGENT_AT_MOST
    if is_new or (is_urgent and is_due):
        number, state = urgent(state, scene, is_new=is_new)
        # With the danger before the eyes every further word costs time.
        text = number if is_new else joined(taken_up, number)
        return scene.fill(text), replace(state, since_urgent=0)
    if state.level is Level.HIGH and before.level < Level.HIGH:
        number, state = drawn(state, "urgent", "risen", scene)
        taken_up = joined(taken_up, "" if names_emergency(taken_up) else number)
    return scene.fill(taken_up), replace(state, since_urgent=state.since_urgent + 1)


def _taken_up(
    before: State, state: State, answer: Answer, scene: Scene, *, alarm: bool
) -> tuple[str, State]:
    step: Step | None = steps()[answer.step] if answer.step else None
    if answer.attitude == "angry" and not alarm:
        return drawn(state, "attitude", "angry", scene)
    if alarm and (answer.code == UNREAD or answer.attitude is not None):
        has_turned = state.branch is not before.branch and before.branch not in _WITHOUT_TOPIC
        key = "change" if has_turned else "alarm"
        return drawn(state, "heard", key, scene)
    if state.branch is Branch.QUIET and before.branch is not Branch.QUIET:
        return drawn(state, "attitude", "quiet", scene)
    return heard(state, step, answer.code, scene)


def _without_question(state: State, text: str, scene: Scene) -> Said:
    return Said(text, (*buttons(None, scene), *urgent_choices(state, scene)))
