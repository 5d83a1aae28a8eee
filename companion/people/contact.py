"""An emergency contact: somebody a student wants told when life is in danger."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

#: A question that was not answered for so long is not waited for any more.
PATIENCE: Final = timedelta(minutes=30)
#: A contact is told at most once in this time, unless a person decides otherwise.
ONCE_IN: Final = timedelta(hours=24)

_LONGEST_NAME: Final = 40  # characters
_PHONE: Final = re.compile(r"\+?\d[\d ()-]{4,22}\d")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
#: Marks of talk: who writes like this is not filling in a name.
_TALK: Final = re.compile(
    r"[。！,，!;；?…？\n]|[我你吗呢吧不没想]|\b(?:i|i'm|me|my|you|not|don't|can't|feel)\b",
    re.IGNORECASE,
)


class Relation(StrEnum):
    """What somebody is to the student."""

    PARENT = "parent"
    FAMILY = "family"
    PARTNER = "partner"
    FRIEND = "friend"
    TEACHER = "teacher"
    OTHER = "other"


class Step(StrEnum):
    """One question of the short dialogue, in this order."""

    RELATION = "relation"
    NAME = "name"
    REACH = "reach"
    CALLED = "called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Who to tell, and how; empty where not asked yet."""

    relation: Relation | None = None
    name: str = field(default="", repr=False)
    #: A phone number or an e-mail address.
    reach: str = field(default="", repr=False)
    #: What that person calls the student: without it nobody would know who is meant.
    called: str = field(default="", repr=False)

    @property
    def next_step(self) -> Step | None:
        """The question to ask next; None when all were answered."""
        if self.relation is None:
            return Step.RELATION
        if not self.name:
            return Step.NAME
        if not self.reach:
            return Step.REACH
        return None if self.called else Step.CALLED

    @property
    def is_email(self) -> bool:
        """Whether a message can be sent there; a number is for people to call."""
        return "@" in self.reach

    def answered(self, text: str) -> Details | None:
        """Return the details with the next question answered; None when this is no answer."""
        given = unicodedata.normalize("NFKC", text).strip()
        match self.next_step:
            case Step.RELATION:
                known = {relation.value: relation for relation in Relation}
                return replace(self, relation=known[given]) if given in known else None
            case Step.NAME if _is_name(given):
                return replace(self, name=given)
            case Step.REACH if reach := _reach(given):
                return replace(self, reach=reach)
            case Step.CALLED if _is_name(given):
                return replace(self, called=given)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyContact:
    """A student's contact, and what of a new one was asked so far."""

    student_id: UUID
    consent_at: datetime
    used_at: datetime | None = None
    #: None until a first one is complete.
    details: Details | None = None
    #: What is being filled in, and when its last question was asked.
    draft: Details | None = None
    asked_at: datetime | None = None

    def draft_at(self, now: datetime) -> Details | None:
        """Return what is being filled in, if the last question is not too long ago."""
        is_fresh = self.asked_at is not None and now - self.asked_at < PATIENCE
        return self.draft if is_fresh else None


def _is_name(given: str) -> bool:
    is_short = 0 < len(given) <= _LONGEST_NAME
    return is_short and any(c.isalpha() for c in given) and not _TALK.search(given)


def _reach(given: str) -> str | None:
    """Return the number or address in an answer; None when there is none, or half of one."""
    if address := _EMAIL.search(given):
        return address[0]
    number = _PHONE.search(given)
    if number is None:
        return None
    digits = sum(c.isdigit() for c in number[0])
    return number[0] if _FEWEST_DIGITS <= digits <= _MOST_DIGITS else None
