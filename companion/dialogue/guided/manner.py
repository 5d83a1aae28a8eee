"""How a student wants to be talked with, and how the talk feels just now."""

from __future__ import annotations

from companion.dialogue.guided.hearing import signs
from companion.dialogue.guided.talk import Talk

#: Answers for which a wish for quiet holds, and good news colours the talk.
_QUIET, _GLAD = 3, 6
_TIRED_OF_ECHO = frozenset({"act:robotic", "act:misunderstood"})
_SEEKS = frozenset({"act:advice", "act:opinion"})


def wants_quiet(talk: Talk) -> bool:
    """Whether the student has asked, a moment ago, not to be questioned."""
    now = signs(talk.heard.text)
    if "act:quiet" in now:
        return True
    asked = any("act:quiet" in signs(text) for text in talk.earlier[-_QUIET:])
    return asked and now.isdisjoint(_SEEKS)


def is_glad(talk: Talk) -> bool:
    """Whether the talk is about something good: told lately, and nothing dark since."""
    for text in (talk.heard.text, *reversed(talk.earlier[-_GLAD:])):
        found = signs(text)
        if "theme:good_news" in found:
            return True
        if "heavy" in found and "theme:other_cries" not in found:
            return False
    return False


def tires_of_echo(talk: Talk) -> bool:
    """Whether hearing their own words again has annoyed the student."""
    return any(not _TIRED_OF_ECHO.isdisjoint(signs(text)) for text in talk.earlier)
