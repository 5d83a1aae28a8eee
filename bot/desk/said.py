"""What a page says after a deed: a code travels in the address, its words are put in here."""

from __future__ import annotations

from bot.desk.words import Words
from companion.flows.relay import LONGEST_LINE

#: What was asked for and did not happen.
FAULTS = frozenset(
    {"taken", "too_late", "not_done", "reason", "outcome", "choose", "empty", "too_long"}
    | {"not_yours"}
)


def told(code: str, w: Words, *, owner: str | None = None) -> str:
    """Return the words for a code; empty for one that we do not know."""
    if code == "taken" and not owner:
        code = "taken_unknown"
    text: str = w["case"]["said"].get(code, "")
    return text.format(name=owner or "", n=LONGEST_LINE)
