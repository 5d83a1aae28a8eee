"""What stands in the audit log: the names of the things staff do and read in a case."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """One thing somebody did or read in a case."""

    CLAIM = "case.claim"
    CONTACT = "case.contact"  #: "Called": the first contact.
    STABILISE = "case.stabilise"
    HAND_ON = "case.hand_on"
    LEVEL = "case.level"
    CLOSE = "case.close"
    EXCERPT = "case.excerpt"  #: The lines around the triggers were read.
    NOTE = "note.keep"
    SIGN = "note.sign"
    MARK = "trigger.mark"  #: An alarm was called false, or not false after all.
    TALK = "talk.read"  #: Break-glass: the whole talk was read.
    RELAY_OPEN = "relay.open"
    RELAY_SAY = "relay.say"
    RELAY_CLOSE = "relay.close"
    ASKED = "case.asked"  #: The student asked for a person.
    CANCELLED = "case.cancelled"  #: The student took that back.
    FOLLOWS = "case.follows"  #: New risk after a case was closed: names that case.
    TASK_DONE = "task.done"
    CONTACT_USED = "contact.use"  #: The emergency contact was shown for a call, or written to.
    CONTACT_FAILED = "contact.failed"  #: The message to the emergency contact did not leave.
    CONTACT_GIVEN = "contact.given"  #: By the student, with consent.
    CONTACT_DELETED = "contact.deleted"
    WORDS_ADDED = "student.words"  #: The student added words of their own.
    OBJECTED = "student.objected"
    AGREED = "student.agreed"
    CARE_OFF = "care.off"  #: The student wants no caring contacts.
    CARE_ON = "care.on"
