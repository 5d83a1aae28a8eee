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
    #: None: nobody is asked beside the screen.
    second_opinion: SecondOpinion | None = None
    #: The address that staff and students reach us under; None: pages carry no link.
    public_url: str | None = None
