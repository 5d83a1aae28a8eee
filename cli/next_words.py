"""What Nuanyu would say next in a talk that is given whole: same screening, prompt and guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from companion.campus import Campus
from companion.dialogue.commands import CommandName, parse_command
from companion.dialogue.compose import Engine, Patience, Piece, compose
from companion.dialogue.prompt import TalkContext
from companion.dialogue.talk_language import detect_language
from companion.errors import BadInput
from companion.flows.assess import CONTEXT_TURNS, judge
from companion.language import Language
from companion.ports import Clock, LanguageModel, Masks
from companion.risk import Level, Verdict
from companion.safety.card import crisis_card
from companion.texts import say
from companion.turns import Role, Turn

_FIXED = {CommandName.STOP: "command.stopped", CommandName.HELP: "command.help"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """What it takes to say something."""

    campus: Campus
    clock: Clock
    masks: Masks
    model: LanguageModel | None
    known_numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class NextWords:
    """What is said next."""

    text: str = field(repr=False)
    level: Level
    engine: Engine


def next_words(turns: Sequence[Turn], *, language: Language | None, speaker: Speaker) -> NextWords:
    """Return the answer to a talk. Raises BadInput when nothing was said last."""
    pieces = list(speak(turns, language=language, speaker=speaker))
    level = screen_last(turns)[0].level
    return NextWords("".join(piece.text for piece in pieces).strip(), level, pieces[-1].engine)


def speak(turns: Sequence[Turn], *, language: Language | None, speaker: Speaker) -> Iterator[Piece]:
    """Yield the answer to a talk piece by piece. Raises BadInput when nothing was said last."""
    verdict, earlier = screen_last(turns)
    said = turns[-1].text
    language = language or _language(turns) or speaker.campus.language
    command = parse_command(said)
    if verdict.level.needs_card or (command and command.name is CommandName.SOS):
        yield _card(verdict, earlier, language=language, speaker=speaker)
        return
    if command and command.name in _FIXED:
        yield Piece(say(_FIXED[command.name], language).strip(), Engine.GUIDED)
        return
    now = speaker.clock.now()
    context = TalkContext(
        language=language,
        campus_name=speaker.campus.name[language],
        local_time=now.astimezone(speaker.campus.timezone),
        turns=tuple(turns),
        level=verdict.level,
        card_shown=any(level.needs_card for level in earlier),
        guided_told=any(turn.role is Role.ASSISTANT for turn in turns),
    )
    yield from compose(
        context,
        model=speaker.model,
        mask=speaker.masks(),
        known_numbers=speaker.known_numbers,
        patience=Patience(speaker.clock.sleep),
    )


def screen_last(turns: Sequence[Turn]) -> tuple[Verdict, list[Level]]:
    """Screen the last line in its context; also return the levels of the lines before it."""
    if not turns or turns[-1].role is not Role.USER:
        raise BadInput('"messages" must end with something the user said')
    levels = [
        judge(turn.text, turns[max(0, place - CONTEXT_TURNS) : place])
        for place, turn in enumerate(turns)
        if turn.role is Role.USER
    ]
    return levels[-1], [verdict.level for verdict in levels[:-1]]


def _card(
    verdict: Verdict, earlier: Sequence[Level], *, language: Language, speaker: Speaker
) -> Piece:
    alarming = [level for level in earlier if level.needs_card]
    is_new = not alarming or verdict.level > max(alarming)
    level = max(verdict, Verdict(level=Level.MODERATE), key=lambda one: one.level)
    card = crisis_card(
        level,
        campus=speaker.campus,
        language=language,
        now=speaker.clock.now(),
        repeat=0 if is_new else len(alarming),
    )
    return Piece(card.text, Engine.GUIDED)


def _language(turns: Sequence[Turn]) -> Language | None:
    """Return the language of the latest line that tells one."""
    said = (turn.text for turn in reversed(turns) if turn.role is Role.USER)
    return next(filter(None, map(detect_language, said)), None)
