"""From a talk to the safe sentences of an answer, for the reply flow and the batch command."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from companion.dialogue.guided import respond
from companion.dialogue.prompt import TalkContext, build_prompt
from companion.dialogue.sentences import SentenceStream, split_sentences
from companion.dialogue.shape import Shape
from companion.errors import (
    ModelBroken,
    ModelOverloaded,
    ModelUnavailable,
    PromptTooLong,
)
from companion.ports import LanguageModel, Mask
from companion.turns import Role, Turn

#: Joins texts that are hidden together; a sign of no script, so that nothing is found across it.
_SEAM_SIGN = "\ue000"
_SEAM = f"\n{_SEAM_SIGN}\n"


class Engine(StrEnum):
    """Who wrote an answer."""

    GUIDED = "guided"
    LLM = "llm"


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence that may be shown, with its trailing space; joined, pieces are the answer."""

    text: str = field(repr=False)
    engine: Engine
    #: Labels of quick-reply buttons that go with the whole answer.
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """How to wait for a full server, and how often to try again."""

    sleep: Callable[[float], None] = field(repr=False)
    #: Pauses (seconds) before the next try after "overloaded"; one try more than pauses.
    pauses: tuple[float, ...] = (0.5, 1.5)
    #: How often a refused prompt is halved, and a broken or empty answer asked for again.
    halvings: int = 2
    again: int = 1


def compose(
    context: TalkContext,
    *,
    model: LanguageModel | None,
    mask: Mask,
    known_numbers: frozenset[str],
    patience: Patience,
) -> Iterator[Piece]:
    """Yield the answer sentence by sentence; never empty, raises nothing of the model's.

    When the model cannot answer, or nothing of its answer may be shown, the guided engine
    does. When it breaks off, the answer ends with its last whole sentence. Closing the iterator
    stops the model.
    """
    has_spoken = False
    if model is not None:
        shape = Shape(
            language=context.language, known_numbers=known_numbers, said=_said(context.turns)
        )
        with closing(_sentences(context, model, mask, patience)) as sentences:
            for sentence in sentences:
                text = shape.pass_on(mask.restore(sentence))
                if text:
                    has_spoken = True
                    yield Piece(text, Engine.LLM)
                if shape.is_full:
                    break
    if not has_spoken:
        yield _guided(context)


def _guided(context: TalkContext) -> Piece:
    this_talk = context.turns[context.earlier_turns :]
    reply = respond(this_talk, language=context.language, guided_mode_told=context.guided_told)
    return Piece(reply.text, Engine.GUIDED, reply.choices)


def _said(turns: Sequence[Turn]) -> list[str]:
    spoken = (turn.text for turn in turns if turn.role is Role.ASSISTANT)
    return [sentence for text in spoken for sentence in split_sentences(text)]


def _sentences(
    context: TalkContext, model: LanguageModel, mask: Mask, patience: Patience
) -> Generator[str, None, None]:
    """Yield the model's sentences, still masked, trying again as long as it has said none."""
    hidden = _hide(context, mask)
    tries = _Tries(patience, budget=model.prompt_tokens)
    while True:
        has_begun = False
        try:
            prompt = build_prompt(hidden, budget_tokens=tries.budget, count=model.count_tokens)
            for sentence in _stream(model, prompt.prompt):
                has_begun = True
                yield sentence
        except ModelUnavailable as error:
            if not has_begun and tries.may_go_on(error):
                continue
        return


def _stream(model: LanguageModel, prompt: Any) -> Iterator[str]:
    growing = SentenceStream()
    # The port promises an iterator; every real one is a generator and can be closed.
    with closing(cast("Any", model.stream(prompt))) as chunks:
        for chunk in chunks:
            yield from growing.feed(chunk)
    # Only here: of an answer that broke off, the half sentence is dropped.
    if rest := growing.rest():
        yield rest


def _hide(context: TalkContext, mask: Mask) -> TalkContext:
    """Hide everything in one go, so that a name is known wherever it was introduced."""
    texts = [turn.text for turn in context.turns]
    texts += [context.summary or "", *context.facts, *context.recent]
    whole = _SEAM.join(text.replace(_SEAM_SIGN, "") for text in texts)
    hidden = iter(mask.hide(whole).split(_SEAM))
    return replace(
        context,
        turns=tuple(replace(turn, text=next(hidden)) for turn in context.turns),
        summary=next(hidden) or None,
        facts=tuple(next(hidden) for _ in context.facts),
        recent=tuple(next(hidden) for _ in context.recent),
    )


class _Tries:
    """What may still be tried for one answer."""

    def __init__(self, patience: Patience, *, budget: int) -> None:
        self.budget = budget
        self._sleep = patience.sleep
        self._pauses = list(patience.pauses)
        self._halvings = patience.halvings
        self._again = patience.again

    def may_go_on(self, error: ModelUnavailable) -> bool:
        """Whether to ask once more after this error; waits where it must be waited."""
        match error:
            case ModelOverloaded() if self._pauses:
                self._sleep(self._pauses.pop(0))
            case PromptTooLong() if self._halvings:
                self._halvings -= 1
                self.budget //= 2
            case ModelBroken() if self._again:
                self._again -= 1
            case _:
                return False
        return True
