"""What the longer flows are handed: every port and rule they use, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from companion.campus import Campus
from companion.ports import Bell, Clock, LanguageModel, Masks, Pager, SecondOpinion, Senders, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The outside, as a flow sees it."""

    store: Store
    campus: Campus
    clock: Clock
    bell: Bell
    senders: Senders
    masks: Masks
    pager: Pager
    #: None: no model is configured, the guided engine answers.
    model: LanguageModel | None
    #: Phone-like digit strings that may appear in a message.
    known_numbers: frozenset[str]
    #: None: nobody is asked beside the screen.
    second_opinion: SecondOpinion | None = None
