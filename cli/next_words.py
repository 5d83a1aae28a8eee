"""What Nuanyu would say next in a talk that is given whole: same screening, prompt and guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from companion.campus import Campus
from companion.dialogue.commands import CommandName, parse_command
from companion.dialogue.compose import Engine, Patience, Piece, compose
from companion.dialogue.prompt import TalkContext
from companion.dialogue.talk_language import detect_language
from companion.errors import BadInput
from companion.flows.assess import CONTEXT_TURNS, judge
from companion.language import Language
from companion.ports import Clock, LanguageModel, Masks
from companion.risk import Kind, Level, Verdict
from companion.safety.card import crisis_card, numbers_card
from companion.safety.dialogue.machine import Heard, advance, open_dialogue
from companion.safety.dialogue.speech import Scene
from companion.safety.dialogue.state import State
from companion.safety.numbers import Numbers, numbers_for
from companion.safety.wordings import wordings
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A talk as it would have gone here, up to its last line."""

    language: Language
    state: State | None = None
    #: What the safety dialogue says next; None: the talk goes on as usual.
    said: str | None = field(default=None, repr=False)
    verdict: Verdict = field(default_factory=lambda: Verdict(level=Level.NONE))
    has_card: bool = False


def next_words(turns: Sequence[Turn], *, language: Language | None, speaker: Speaker) -> NextWords:
    """Return the answer to a talk. Raises BadInput when nothing was said last."""
    replayed = replay(turns, language=language, speaker=speaker)
    pieces = list(_speak(replayed, turns, speaker=speaker))
    text = "".join(piece.text for piece in pieces).strip()
    return NextWords(text, replayed.verdict.level, pieces[-1].engine)


def speak(turns: Sequence[Turn], *, language: Language | None, speaker: Speaker) -> Iterator[Piece]:
    """Yield the answer to a talk piece by piece. Raises BadInput when nothing was said last."""
    return _speak(replay(turns, language=language, speaker=speaker), turns, speaker=speaker)


def _speak(replayed: Replayed, turns: Sequence[Turn], *, speaker: Speaker) -> Iterator[Piece]:
    command = parse_command(turns[-1].text)
    if replayed.said is not None:
        yield Piece(replayed.said, Engine.GUIDED)
        return
    if command and command.name in _FIXED:
        yield Piece(say(_FIXED[command.name], replayed.language).strip(), Engine.GUIDED)
        return
    now = speaker.clock.now()
    context = TalkContext(
        language=replayed.language,
        campus_name=speaker.campus.name[replayed.language],
        local_time=now.astimezone(speaker.campus.timezone),
        turns=tuple(turns),
        level=replayed.verdict.level,
        card_shown=replayed.has_card,
        guided_told=any(turn.role is Role.ASSISTANT for turn in turns),
    )
    yield from compose(
        context,
        model=speaker.model,
        mask=speaker.masks(),
        known_numbers=speaker.known_numbers,
        patience=Patience(speaker.clock.sleep),
    )


def replay(turns: Sequence[Turn], *, language: Language | None, speaker: Speaker) -> Replayed:
    """Go through a talk as if it had happened here: the safety dialogue begins where it would.

    Raises BadInput when nothing was said last.
    """
    if not turns or turns[-1].role is not Role.USER:
        raise BadInput('"messages" must end with something the user said')
    spoken = language or _language(turns) or speaker.campus.language
    replayed = Replayed(language=spoken)
    for place, turn in enumerate(turns):
        if turn.role is Role.USER:
            history = turns[max(0, place - CONTEXT_TURNS) : place]
            replayed = _next(replayed, turn.text, judge(turn.text, history), speaker)
    return replayed


def _next(before: Replayed, text: str, verdict: Verdict, speaker: Speaker) -> Replayed:
    """Return the talk one line of the student later."""
    command = parse_command(text)
    now, state = speaker.clock.now(), before.state
    if state is not None and command is None:
        heard = Heard(text=text, verdict=verdict, alone=judge(text, ()))
        scene = Scene(language=before.language, numbers=_numbers(before, speaker))
        turned = advance(state, heard, scene=scene, now=now)
        said = None if turned.said is None else turned.said.text
        return replace(before, state=turned.state, said=said, verdict=turned.verdict)
    is_asked_for = command is not None and command.name is CommandName.SOS
    if is_asked_for and state is not None and state.is_asking:
        card = numbers_card(campus=speaker.campus, language=before.language, now=now)
        return replace(before, said=card.text, verdict=verdict)
    if verdict.level.needs_card or is_asked_for:
        opened = open_dialogue(verdict, now=now, text=text)
        card = crisis_card(
            verdict, campus=speaker.campus, language=before.language, now=now, state=opened
        )
        return replace(before, state=opened, said=card.text, verdict=verdict, has_card=True)
    return replace(before, said=None, verdict=verdict)


def _numbers(replayed: Replayed, speaker: Speaker) -> Numbers:
    return numbers_for(
        speaker.campus,
        language=replayed.language,
        now=speaker.clock.now(),
        words=wordings(replayed.language),
        kind=Kind.SUICIDE,
    )


def _language(turns: Sequence[Turn]) -> Language | None:
    """Return the language of the latest line that tells one."""
    spoken = (turn.text for turn in reversed(turns) if turn.role is Role.USER)
    said = (text for text in spoken if not text.startswith("/"))
    return next(filter(None, map(detect_language, said)), None)
