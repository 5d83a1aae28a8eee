"""Putting one sentence of the model in front of a question that is held back, and letting it go.

The row holds the whole question in reviewed words, and leaves by itself at its moment. So a worker
that dies here, a model that is slow and a job that is lost cost the sentence and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from companion.dialogue.reflection import first_sentence, may_stand, reflection_prompt
from companion.dialogue.sentences import split_sentences
from companion.errors import ModelUnavailable
from companion.flows.sending import start_delivery
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Outbound
from companion.people.student import Account
from companion.ports import LanguageModel, Prompt
from companion.safety.dialogue.words import dialogue_words
from companion.store import PastTurn, Reading
from companion.turns import Role

#: The last turns, in which the student's words and the question before them are.
_LOOK_BACK = 12
#: So long before its moment the row is let go: the delivery must not come first.
_MARGIN = timedelta(seconds=0.2)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a student answered to which question, and what was said before."""

    text: str = field(repr=False)
    asked: str = field(repr=False)
    said: Sequence[str] = field(repr=False)


def reflect(outbound_id: UUID, *, services: Services) -> None:
    """Let a question that is held back go, with a sentence in front if one may stand there.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a row is let go once.
    """
    with services.store.reading() as tx:
        outbound = tx.outbound.get(outbound_id)
        account = tx.students.account(outbound.account_id)
        answered = _answered(tx, outbound)
        language = _language(outbound)
    if outbound.is_held:
        put_in_front(outbound, account, answered, language=language, services=services)


def put_in_front(
    outbound: Outbound,
    account: Account,
    answered: Answered | None,
    *,
    language: Language,
    services: Services,
) -> None:
    """Let a row that is held back go, with a sentence on what was answered if one may stand there.

    Raises StoreUnavailable. Safe to run twice: a row is let go once.
    """
    # No transaction is open here: the model may take seconds.
    sentence = _sentence(answered, outbound, services, language=language)
    text = _in_front(sentence, outbound.text, language=language) if sentence else None
    now = services.clock.now()
    with services.store.transaction() as tx:
        if tx.outbound.let_go(outbound.id, text=text, now=now):
            start_delivery(tx, account, outbound.id, kind=outbound.kind)


def _language(outbound: Outbound) -> Language:
    """Return the language a question is asked in: its buttons are of one."""
    labels = {choice.label for choice in outbound.choices}
    return next(
        (one for one in Language if labels & {*dialogue_words(one).pool("labels", "numbers")}),
        Language.ZH,
    )


def _answered(tx: Reading, outbound: Outbound) -> Answered | None:
    """Return what the student said last before this row; None where a person holds the talk."""
    if tx.relays.open_of(outbound.student_id) is not None:
        return None
    past = [
        turn
        for turn in tx.talk.turns(outbound.student_id, limit=_LOOK_BACK)
        if turn.seq < outbound.seq
    ]
    if not past or past[-1].turn.role is not Role.USER:
        return None
    ours = [one.turn.text for one in past if one.turn.role is Role.ASSISTANT]
    said = [sentence for text in ours for sentence in split_sentences(text)]
    return Answered(past[-1].turn.text, _question(past), said)


def _question(past: Sequence[PastTurn]) -> str:
    """Return the question that was answered: the last line before it, the numbers left out."""
    before = [one.turn.text for one in past[:-1] if one.turn.role is Role.ASSISTANT]
    return before[-1].splitlines()[-1] if before else ""


def _sentence(
    answered: Answered | None, outbound: Outbound, services: Services, *, language: Language
) -> str:
    """Return the sentence that may stand in front; "" when there is none in time."""
    model, until = services.reflector, outbound.not_before
    if model is None or answered is None or until is None:
        return ""
    mask = services.masks()
    prompt = reflection_prompt(
        mask.hide(answered.text), asked=mask.hide(answered.asked), language=language
    )
    try:
        hidden = first_sentence(_pieces(model, prompt, services, until=until - _MARGIN))
    except ModelUnavailable:
        return ""
    sentence = mask.restore(hidden)
    return sentence if may_stand(sentence, language=language, said=answered.said) else ""


def _pieces(
    model: LanguageModel, prompt: Prompt, services: Services, *, until: datetime
) -> Iterator[str]:
    """Yield what the model writes in time. Raises ModelUnavailable."""
    # The port promises an iterator; every real one is a generator and can be closed.
    with closing(cast("Any", model.stream(prompt))) as pieces:
        for piece in pieces:
            if services.clock.now() >= until:
                return
            yield piece


def _in_front(sentence: str, text: str, *, language: Language) -> str:
    """Put the sentence before the question; it replaces words that took up nothing."""
    first, _, rest = text.partition("\n")
    is_general = rest and first in dialogue_words(language).pool("heard", "unread")
    return f"{sentence}\n{rest if is_general else text}"
