"""Something secret that a browser carries for us and can neither read nor change."""

from __future__ import annotations

import base64
import binascii

from bot.desk.page import Desk
from infra.vault import Unreadable


def seal(desk: Desk, text: str, *, place: str) -> str:
    """Seal a text for one place; it fits into a cookie or a form field."""
    name, sealed = desk.parts.store.sealers.ring.wrap(text.encode(), bound_to=place.encode())
    return f"{base64.urlsafe_b64encode(sealed).decode()}.{name}"


def unseal(desk: Desk, sealed: str, *, place: str) -> str | None:
    """Open what was sealed for this place; None when it was not."""
    encoded, _, name = sealed.partition(".")
    try:
        raw = base64.urlsafe_b64decode(encoded)
        ring = desk.parts.store.sealers.ring
        return ring.unwrap(name, raw, bound_to=place.encode()).decode()
    except (Unreadable, binascii.Error, ValueError):
        return None
