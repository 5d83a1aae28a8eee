"""What the longer flows are handed: every port and rule they use, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from companion.campus import Campus
from companion.ports import (
    Bell,
    Channels,
    Clock,
    LanguageModel,
    Masks,
    Meanings,
    Painter,
    SecondOpinion,
    Senders,
    Store,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The outside, as a flow sees it."""

    store: Store
    campus: Campus
    clock: Clock
    bell: Bell
    senders: Senders
    masks: Masks
    #: The ways to reach staff.
    channels: Channels
    #: None: no model is configured, the guided engine answers.
    model: LanguageModel | None
    #: Phone-like digit strings that may appear in a message.
    known_numbers: frozenset[str]
    #: Whether a question of the safety dialogue may wait a moment for a sentence of the model, and
    #: the model, with little patience, that is asked for it; None where nobody asks.
    holds_questions: bool = False
    reflector: LanguageModel | None = None
    #: None: nobody is asked beside the screen.
    second_opinion: SecondOpinion | None = None
    #: The address that staff and students reach us under; None: pages carry no link.
    public_url: str | None = None
    #: None: pictures go out as their words alone.
    painter: Painter | None = None
    #: Compares texts by meaning; None: articles are found by their words alone.
    meanings: Meanings | None = None
