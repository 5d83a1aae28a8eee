"""What an answer has beside the question: facts that were not asked for, and what is left over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from companion.risk.levels import Level
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.cues import plain_answer_in, says
from companion.safety.dialogue.state import REFUSED, UNREAD, State
from companion.safety.dialogue.steps import WHO, Step, branches, steps
from companion.safety.dialogue.tells import Clause, Told, clauses

#: Branches in which such words are not said of the student's own life.
_OF_OTHERS: Final = frozenset({Branch.OTHER, Branch.HARM_TO_OTHERS})


def parts_of(text: str, step: Step | None) -> tuple[Clause, ...]:
    """Return the clauses of a text that follows a question, or none."""
    parts = clauses(text, asked=step.id if step else None)
    if step is None or not step.same_as:
        return parts
    return tuple(
        replace(part, tells=tuple(_for_this(told, step) for told in part.tells)) for part in parts
    )


def _for_this(told: Told, step: Step) -> Told:
    is_answer = told.step == step.same_as and told.code in step.codes
    return replace(told, step=step.id) if is_answer else told


def news_in(
    parts: Sequence[Clause], state: State, *, answered: str | None = None
) -> tuple[Told, ...]:
    """Return what the clauses tell that is not known yet, the gravest first.

    `answered` is the question that the text answers already.
    """
    if state.branch in _OF_OTHERS:
        return ()
    news: dict[str, Told] = {}
    for told in (told for part in parts for told in part.tells):
        if told.code and told.step != answered and _is_news(told, state):
            known = news.get(told.step, told)
            known = told if known.code == REFUSED else known  # why not says more than "not"
            news[told.step] = max(known, told, key=_gravity)
    return tuple(sorted(news.values(), key=_gravity, reverse=True))


def _gravity(told: Told) -> Level:
    return told.level


def _is_news(told: Told, state: State) -> bool:
    """Whether it answers what is still to be asked, or more gravely than it was answered."""
    if state.branch is Branch.MEDICAL and told.step == "means":
        return False  # the body is what is spoken of already
    known = state.answers.get(told.step, UNREAD)
    if known in {UNREAD, REFUSED}:
        return told.level > Level.NONE or told.step in branches()[state.branch]
    return told.level > Told(told.step, known).level


def left_over(parts: Sequence[Clause], step: Step) -> Iterator[bool]:
    """Tell of each clause whether nothing here understands it."""
    if not step.topic:
        return  # of what else is told when something is to be done, the models know little
    for part in parts:
        is_own = any(says(found, part.text) for found in step.ways.values())
        yield not (part.tells or part.is_bare or is_own)


def is_about_something_else(parts: Sequence[Clause], step: Step) -> bool:
    """Whether a yes or no at the beginning belongs to other words than the question's.

    "Yes, tonight" answers the question about a plan; "yes, they are in the drawer" does not
    answer who is there.
    """
    if not parts or any(told.step == step.id for part in parts for told in part.tells):
        return False
    head, *rest = parts
    later = [told for part in rest for told in part.tells]
    if later and all(steps()[told.step].topic != step.topic for told in later):
        return True
    return not head.is_bare and (bool(head.tells) or step.is_strict)


def answer_at_head(parts: Sequence[Clause], step: Step) -> str | None:
    """Return the plain answer of a first clause that all others leave as it is.

    They do so when each tells something of its own ("no, but I tried once"), and of who is
    there whatever follows ("yes, but he is playing").
    """
    head, *rest = parts or (Clause("", ()),)
    is_whole = head.is_bare and rest and (step.topic == WHO or all(part.tells for part in rest))
    return plain_answer_in(head.text) if is_whole else None


def outspoken(parts: Sequence[Clause], step: Step, *, code: str) -> str:
    """Return the answer to the question itself: what is told outright outweighs a yes or no."""
    own = [told for part in parts for told in part.tells if told.step == step.id and told.code]
    given = step.raises.get(code, Level.NONE)
    return next((one.code for one in own if one.level > given or one.code in step.to), code)
