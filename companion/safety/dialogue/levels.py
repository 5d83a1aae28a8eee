"""What an answer does to the level: it can raise it, never lower it (crisis-support, B.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.reader import SHORT, Answer
from companion.safety.dialogue.state import State
from companion.safety.dialogue.steps import steps

#: Answers that together mean danger at this moment.
_TOGETHER: Final = (
    ({"plan": "yes", "means": "yes", "recent": "now"}, "plan, means within reach, strong now"),
    ({"plan": "yes", "distance": "cannot"}, "plan, and cannot get away from what is dangerous"),
    ({"means": "yes", "soon": "today"}, "may act today, with something dangerous within reach"),
)
#: The least score of a level that an answer speaks of.
_SCORES: Final = {Level.WATCH: 0.3, Level.MODERATE: 0.6, Level.HIGH: 0.8, Level.IMMINENT: 0.95}
_AT_WATCH: Final = 0.3
#: How the evidence begins that is no finding of a rule in the text itself.
_ECHOES: Final = ("reads like ", "spoke of risk earlier")
_KINDS: Final = {
    Branch.ABUSE: Kind.ABUSE,
    Branch.SELF_HARM: Kind.SELF_HARM,
    Branch.HARM_TO_OTHERS: Kind.HARM_TO_OTHERS,
    Branch.MEDICAL: Kind.MEDICAL,
    Branch.PSYCHOSIS: Kind.PSYCHOSIS,
    Branch.EATING: Kind.EATING,
}


def raised(state: State, answer: Answer, *, verdict: Verdict, alone: Verdict) -> Verdict:
    """Return the verdict on a text as an answer in this dialogue.

    `verdict` is the screen's in the talk, `alone` its word on the text without our question.
    What was understood as an answer is judged by that word and by what was asked; what was not
    is judged in the talk, unless nothing but the talk before it worries. The words of a button
    are ours: there the answer alone counts.
    """
    level, evidence = _meaning(state, answer)
    if answer.was_pressed:
        verdict = alone = Verdict(level=Level.NONE, subject=_subject(state.branch))
    elif answer.is_understood:
        verdict = alone
    verdict = _without_excess(without_echo(verdict, alone), alone, answer)
    level = max(level, verdict.level)
    if alone.level < Level.MODERATE <= level:
        # The screen knows our question, not whom it was about.
        verdict = replace(
            verdict,
            kinds=(_KINDS.get(state.branch, Kind.SUICIDE),),
            subject=_subject(state.branch),
        )
    if not evidence:
        return verdict
    return replace(
        verdict,
        level=level,
        score=max(verdict.score, _SCORES.get(level, 0.0)),
        evidence=tuple(dict.fromkeys((*evidence, *verdict.evidence))),
    )


def by_itself(alone: Verdict, answer: Answer, text: str) -> Verdict:
    """Return what a text says without our question, for the dialogue.

    A short answer that was understood is judged by rules and by what it answers: of two words
    with nothing around them the models know little.
    """
    if len(text) > SHORT or not is_echo(alone):
        return alone
    # What is left over, or not understood at all, may be grave; of a few words the models alone
    # do not know that somebody acts at this moment.
    is_whole = answer.is_understood and not answer.leaves_over
    most = Level.WATCH if is_whole or alone.level < Level.HIGH else Level.HIGH
    if not answer.is_understood:
        most = Level.HIGH
    score = {Level.WATCH: _AT_WATCH}.get(most, _SCORES[Level.HIGH])
    return replace(alone, level=min(alone.level, most), score=min(alone.score, score))


def _without_excess(verdict: Verdict, alone: Verdict, answer: Answer) -> Verdict:
    """Return the verdict on a text that was not understood, no graver than what it says itself.

    In a dark talk the models find "not tonight" imminent; no rule does. It counts as worrying.
    """
    if answer.is_understood or not is_echo(verdict):
        return verdict
    most = max(alone.level, Level.MODERATE)
    return replace(verdict, level=min(verdict.level, most))


def without_echo(verdict: Verdict, alone: Verdict) -> Verdict:
    """Return the verdict on a text after a safety talk, when nothing is asked any more.

    A text that says nothing by itself, and in which no rule finds anything, is not dark because
    dark things were said before.
    """
    return alone if alone.level is Level.NONE and is_echo(verdict) else verdict


def is_echo(verdict: Verdict) -> bool:
    """Whether only the talk before makes a text look worrying, and no rule finds anything in it.

    In a talk full of dark words the models find any "ok" dark.
    """
    found = verdict.evidence
    return bool(found) and all(phrase.startswith(_ECHOES) for phrase in found)


def _meaning(state: State, answer: Answer) -> tuple[Level, tuple[str, ...]]:
    """Return the level that the answers in one text stand for, and how staff read them."""
    if answer.step is None:
        return Level.NONE, ()
    given = {answer.step: answer.code, **{told.step: told.code for told in answer.beside}}
    level, evidence = Level.NONE, []
    for name, code in given.items():
        step = steps()[name]
        if step.raises.get(code, Level.NONE) > Level.NONE:
            level = max(level, step.raises[code])
            evidence.append(step.evidence[code])
    answers = {**state.answers, **given}
    for needed, together in _TOGETHER:
        if needed.keys() & given.keys() and needed.items() <= answers.items():
            return Level.IMMINENT, (together, *evidence)
    return level, tuple(evidence)


def _subject(branch: Branch) -> Subject:
    return Subject.OTHER if branch is Branch.OTHER else Subject.SELF
