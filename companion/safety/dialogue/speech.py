"""How the dialogue speaks: what it heard, a number where it is needed, one question, buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Formatter
from typing import Final

from companion.language import Language
from companion.messages import Choice
from companion.risk.levels import Level
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.state import UNREAD, State
from companion.safety.dialogue.steps import Step
from companion.safety.dialogue.words import DialogueWords, dialogue_words
from companion.safety.numbers import Numbers
from companion.safety.people import Reach
from companion.safety.wordings import Wordings, wordings

#: In danger of life the emergency number comes again after so many texts.
URGENT_EVERY: Final = 3
#: … and so often in one talk; its buttons stay.
URGENT_AT_MOST: Final = 3
#: Numbers named in a sentence at most.
_NAMED: Final = 2
_ACTS: Final = {
    Branch.OTHER: "other",
    Branch.ABUSE: "abuse",
    Branch.HARM_TO_OTHERS: "harm_to_others",
    Branch.MEDICAL: "medical",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the dialogue may know of the place and hour."""

    language: Language
    numbers: Numbers
    #: TOLD: a page was taken; TELLING, COMING: one is on its way. Nobody can take it back.
    reach: Reach = Reach.NOBODY

    @property
    def words(self) -> DialogueWords:
        """The dialogue's words in the student's language."""
        return dialogue_words(self.language)

    @property
    def card_words(self) -> Wordings:
        """The card's words in the student's language."""
        return wordings(self.language)

    def fill(self, text: str) -> str:
        """Put the numbers of this place and hour into a wording."""
        either = self.card_words.say("lines", "or")
        emergency = either.join(self.numbers.emergency)
        lines = either.join(self.numbers.names[:_NAMED])
        return text.format(
            emergency=emergency or self.card_words.say("lines", "emergency_name"),
            lines=lines or self.card_words.say("lines", "directory_name"),
            written=self._written(),
        )

    def _written(self) -> str:
        written = self.numbers.written or ""
        return f" {written}" if written and self.language is Language.EN else written


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the dialogue."""

    text: str = field(repr=False)
    choices: tuple[Choice, ...]


def question(state: State, step: Step, scene: Scene) -> str:
    """Return a question in the wording of this talk."""
    wordings_of_it = scene.words.ask(step.id)
    return scene.fill(wordings_of_it[state.round % len(wordings_of_it)])


def buttons(step: Step | None, scene: Scene) -> tuple[Choice, ...]:
    """Return a button for each answer, and always one that shows the numbers."""
    words = scene.words
    labels = [words.label(step.id, code) for code in step.codes] if step else []
    numbers = Choice(words.pool("labels", "numbers")[0], "/sos")
    human = [] if step else [Choice(words.pool("labels", "human")[0], "/human")]
    return (*(Choice(label, label) for label in labels), *human, numbers)


def drawn(state: State, table: str, key: str, scene: Scene) -> tuple[str, State]:
    """Return the next wording of a pool."""
    pool = scene.words.pool(table, key)
    place, state = state.draw(f"{table}.{key}", len(pool))
    return pool[place], state


def heard(state: State, step: Step | None, code: str, scene: Scene) -> tuple[str, State]:
    """Return the wording that takes up an answer; "" where the next words speak for themselves."""
    words = scene.words
    own = words.heard(step.id, code) if step else None
    if own is not None:
        return own, state
    if step is not None and step.keeps and words.has("kept", code):
        return drawn(state, "kept", code, scene)
    if code == UNREAD and step is not None and "next" in step.codes:
        return "", state
    return drawn(state, "heard", code, scene) if words.has("heard", code) else ("", state)


def urgent(state: State, scene: Scene, *, is_new: bool) -> tuple[str, State]:
    """Return the emergency number in words, with what to do first when the danger is new."""
    text, state = drawn(state, "urgent", "first" if is_new else "again", scene)
    if is_new:
        act = scene.card_words.say("now", _ACTS.get(state.branch, "suicide"))
        text = f"{text}\n{act}"
    return text, state


def names_emergency(text: str) -> bool:
    """Whether a wording names the emergency number itself."""
    return any(name == "emergency" for _, name, _, _ in Formatter().parse(text))


def joined(*parts: str) -> str:
    """Put sentences after each other; a question stands on a line of its own."""
    return "\n".join(part for part in parts if part)


def urgent_choices(state: State, scene: Scene) -> tuple[Choice, ...]:
    """Return the emergency buttons while life is in danger."""
    return scene.numbers.urgent_choices if state.level is Level.IMMINENT else ()
