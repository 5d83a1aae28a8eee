"""Safety talks as people can read them: what a student writes, and all that is said to it.

A transcript in `dialogues/safety` holds the student's lines, how each was screened, and what was
said. The tests replay it with those verdicts. `python -m tests.conversations.safety_talks` writes
all of them anew with the screen of today; a person reads the difference before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from companion.campus import Campus
from companion.language import Language
from companion.risk import Kind, Level, Subject, Verdict
from companion.risk.screen import screen
from companion.safety import Card, crisis_card
from companion.safety.dialogue import Heard, Said, Scene, State, Turned, advance, open_dialogue
from companion.safety.numbers import Numbers, numbers_for
from companion.safety.people import Reach
from companion.safety.wordings import wordings
from companion.turns import Role, Turn

FOLDER = Path(__file__).parent / "dialogues" / "safety"
NIGHT = datetime(2026, 11, 22, 18, tzinfo=UTC)  # 02:00 in Shanghai
CALM = Verdict(level=Level.NONE)
_STUDENT, _ASIDE = "> ", "    "
_SCREENED = re.compile(
    r"^    screened: (\w+) \((.*), (\w+), (\w+)\); alone: (\w+) \((.*), (\w+), (\w+)\)$"
)
#: How evidence begins that no rule found in the text itself.
_BY_MODELS = "reads like "
_ECHOES = (_BY_MODELS, "spoke of risk earlier")


@dataclass
class SafetyTalk:
    """One talk through the real dialogue, with no database."""

    language: Language = Language.ZH
    campus: Campus = field(default_factory=Campus)
    reach: Reach = Reach.NOBODY
    is_minor: bool = False
    now: datetime = NIGHT
    state: State | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    plan: list[tuple[str, str]] = field(default_factory=list)

    @property
    def numbers(self) -> Numbers:
        """The numbers of this place and hour."""
        words = wordings(self.language)
        return numbers_for(
            self.campus, language=self.language, now=self.now, words=words, kind=Kind.SUICIDE
        )

    @property
    def level(self) -> Level:
        """The level the talk has reached."""
        return self.state.level if self.state else Level.NONE

    def says(
        self, text: str, verdict: Verdict = CALM, *, alone: Verdict | None = None
    ) -> Card | Said | None:
        """Let the student say something; None when the companion would answer as usual."""
        self.now += timedelta(seconds=40)
        if self.state is not None:
            return self.hears(text, verdict, alone=alone or verdict).said
        if verdict.level.needs_card:
            return self.begins(verdict, text)
        self.verdicts.append(verdict)
        return None

    def begins(self, verdict: Verdict, text: str = "") -> Card:
        """Begin with a verdict."""
        self.verdicts.append(verdict)
        self.state = open_dialogue(verdict, now=self.now, text=text, is_minor=self.is_minor)
        return crisis_card(
            verdict,
            campus=self.campus,
            language=self.language,
            now=self.now,
            state=self.state,
        )

    def hears(self, text: str, verdict: Verdict = CALM, *, alone: Verdict | None = None) -> Turned:
        """Go on with the dialogue that has begun."""
        assert self.state is not None
        heard = Heard(text=text, verdict=verdict, alone=alone or verdict, is_minor=self.is_minor)
        scene = Scene(language=self.language, numbers=self.numbers, reach=self.reach)
        turned = advance(self.state, heard, scene=scene, now=self.now)
        self.state = turned.state
        self.verdicts.append(turned.verdict)
        if turned.kept is not None:
            self.plan.append(turned.kept)
        return turned


@dataclass(frozen=True)
class Line:
    """One line of a student, and how it was screened in the talk and by itself."""

    text: str
    verdict: Verdict
    alone: Verdict


def transcripts() -> list[Path]:
    """Return the transcripts there are."""
    return sorted(FOLDER.glob("*.txt"))


def lines_of(transcript: str) -> list[Line]:
    """Return what the student says in a transcript, with the verdicts in it."""
    rows = transcript.splitlines()
    return [
        _line(row.removeprefix(_STUDENT), below)
        for row, below in zip(rows, [*rows[1:], ""], strict=True)
        if row.startswith(_STUDENT)
    ]


def carried_out(name: str, lines: Sequence[Line]) -> Iterator[tuple[Line, Card | Said | None]]:
    """Carry a talk out; the name of a transcript begins with its language."""
    talk = SafetyTalk(language=Language(name[:2]), reach=Reach.TOLD)
    for line in lines:
        yield line, talk.says(line.text, line.verdict, alone=line.alone)


def written(name: str, lines: Sequence[Line]) -> str:
    """Return a talk as a transcript."""
    return "\n".join(row for line, said in carried_out(name, lines) for row in _rows(line, said))


def _rows(line: Line, said: Card | Said | None) -> Iterator[str]:
    yield f"{_STUDENT}{line.text}"
    yield f"{_ASIDE}screened: {_told(line.verdict)}; alone: {_told(line.alone)}"
    if said is None:
        yield f"{_ASIDE}(the companion answers as usual)\n"
        return
    yield said.text
    labels = [choice.label for choice in said.choices if choice.url is None]
    yield f"{_ASIDE}[{'] ['.join(labels)}]\n"


def _told(verdict: Verdict) -> str:
    kinds = " ".join(verdict.kinds)
    by_rules = not all(phrase.startswith(_ECHOES) for phrase in verdict.evidence)
    by = "rules" if by_rules else "models"
    return f"{verdict.level.label} ({kinds}, {verdict.subject}, {by})"


def _line(text: str, below: str) -> Line:
    found = _SCREENED.match(below)
    if found is None:
        return Line(text, CALM, CALM)
    parts = found.groups()
    return Line(text, _verdict(*parts[:4]), _verdict(*parts[4:]))


def _verdict(level: str, kinds: str, subject: str, by: str) -> Verdict:
    return Verdict(
        level=Level[level.upper()],
        kinds=tuple(Kind(kind) for kind in kinds.split()),
        subject=Subject(subject),
        evidence=("a rule",) if by == "rules" else (f"{_BY_MODELS}something",),
    )


def _screened(name: str, texts: Sequence[str]) -> list[Line]:
    turns: list[Turn] = []
    lines: list[Line] = []
    for text in texts:
        line = Line(text, screen(text, history=turns[-12:]), screen(text))
        lines.append(line)
        *_, (_, said) = carried_out(name, lines)
        turns.append(Turn(Role.USER, text))
        if said is not None:
            turns.append(Turn(Role.ASSISTANT, said.text))
    return lines


def main() -> None:
    """Write every transcript anew."""
    for path in transcripts():
        texts = [line.text for line in lines_of(path.read_text(encoding="utf-8"))]
        path.write_text(written(path.stem, _screened(path.stem, texts)), encoding="utf-8")


if __name__ == "__main__":
    main()
