"""What the staff bot does in a chat, before it is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from companion.messages import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Write into a chat."""

    chat_id: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[Choice, ...] = ()
    #: The message that this quotes.
    quotes: int | None = None
    #: Whether an answer to this very message is asked for.
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace the text of a message of ours, and its buttons."""

    chat_id: str = field(repr=False)
    message_id: int
    text: str = field(repr=False)
    buttons: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """Answer the press of a button with a line that passes, or one to be closed (`alert`)."""

    callback_id: str
    text: str = field(default="", repr=False)
    alert: bool = False


Act = Say | Edit | Toast
