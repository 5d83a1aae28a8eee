"""The guided engine: what answers a student when no model server is there.

A pure function of the talk: it hears topic and feeling, gives back what was said, asks one open
question, remembers the talk, and never says a sentence twice. All its words were written by people
and lie in `companion/content/guided`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.dialogue.guided.addressed import (
    answer_act,
    answer_crisis,
    answer_wordless,
)
from companion.dialogue.guided.book import book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.exercise import carry_on, take_up
from companion.dialogue.guided.listening import listen
from companion.dialogue.guided.manner import wants_quiet
from companion.dialogue.guided.reserve import last_resort
from companion.dialogue.guided.talk import recall
from companion.language import Language
from companion.turns import Turn

__all__ = ["GuidedReply", "respond"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedReply:
    """What Nuanyu says next."""

    text: str = field(repr=False)
    #: Id of the topic the talk is about ("exams"); None when none was heard.
    topic: str | None
    #: At most three short labels, in words the student could have typed; often empty.
    choices: tuple[str, ...] = ()


def respond(
    turns: Sequence[Turn], *, language: Language, guided_mode_told: bool = True
) -> GuidedReply:
    """Return the answer to the student's unanswered lines at the end of a talk.

    Pure and total: any turns give an answer, the same turns the same one, in bounded time.
    """
    talk = recall(turns, language)
    draft = Draft(talk)
    in_crisis = answer_crisis(draft)
    if not in_crisis:
        if not guided_mode_told and not talk.has("frames:notice"):
            draft.say(book().common[language]["frames.notice"])
        _answer(draft)
    if not draft.text:
        last_resort(draft)
    return GuidedReply(text=draft.text, topic=talk.topic, choices=_choices(draft))


def _answer(draft: Draft) -> None:
    draft.is_quiet = wants_quiet(draft.talk)
    before = draft.text
    for way in (answer_wordless, take_up, answer_act, carry_on):
        if way(draft):
            return
    listen(draft)
    if draft.text == before:
        last_resort(draft)


def _choices(draft: Draft) -> tuple[str, ...]:
    labels = book().labels[draft.talk.language]
    found = (labels[kind] for m in reversed(draft.marks) if (kind := m.partition(":")[0]) in labels)
    return next(found, ())
