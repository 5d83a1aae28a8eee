"""What identifies a person, and what is kept in one text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """Kinds of things that are hidden; the names show in placeholders (`<PHONE_1>`)."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    ID_CARD = "ID_CARD"
    BANK_CARD = "BANK_CARD"
    STUDENT_ID = "STUDENT_ID"
    ACCOUNT = "ACCOUNT"
    URL = "URL"
    IP = "IP"
    ADDRESS = "ADDRESS"
    PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing found in a text."""

    type: Type
    #: Half-open range, in code points of the text.
    start: int
    end: int
    #: How sure, in [0, 1].
    score: float
