"""What is asked before, or beside, the first talk: age, then one consent per purpose."""

from __future__ import annotations

from dataclasses import dataclass

from companion.language import Language
from companion.messages import Choice
from companion.people.student import AgeBand, Purpose, Student
from companion.texts import say


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its buttons."""

    text: str
    choices: tuple[Choice, ...]


def next_question(student: Student, *, language: Language, minimum_age: int) -> Question | None:
    """Return the first question that has no answer yet; None when all have."""
    if student.age_band is None:
        return Question(
            say("onboarding.age", language, minimum=minimum_age),
            (
                Choice(say("onboarding.age_yes", language, minimum=minimum_age), "/age adult"),
                Choice(say("onboarding.age_no", language), "/age under_min"),
            ),
        )
    if student.age_band is AgeBand.UNDER_MINIMUM:
        return None
    for purpose in Purpose:
        if purpose not in student.consents:
            return Question(
                say(f"onboarding.consent_{purpose}", language),
                (
                    Choice(say("onboarding.yes", language), f"/consent {purpose} yes"),
                    Choice(say("onboarding.no", language), f"/consent {purpose} no"),
                ),
            )
    return None
