"""Texts and buttons in the Bot API's own JSON.

Knows no client library, so that the web process can answer a webhook with it (law 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from companion.messages import Choice
from companion.ports import Part
from infra.senders.markup import Span, read_markdown
from infra.senders.split import split, utf16_length

Json: TypeAlias = dict[str, Any]

#: Telegram's limits: UTF-16 units of a text, entities it keeps, bytes behind a button.
TEXT_LIMIT: Final = 4096
ENTITY_LIMIT: Final = 100
VALUE_LIMIT: Final = 64
#: What fits side by side on a narrow phone, in columns (a Chinese letter takes two).
_ROW_WIDTH: Final = 22
_ROW_LENGTH: Final = 3
#: Labels of a letter or two, such as the numbers of a scale, stand closer: 0 to 10 on two rows.
_SHORT: Final = 2  # columns
_SHORT_ROW_LENGTH: Final = 6
_ASCII_END: Final = "\u0100"


@dataclass(frozen=True, slots=True)
class Mark:
    """One stretch of formatting of a part; offset and length in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None

    def as_json(self) -> Json:
        """Return Telegram's MessageEntity."""
        entity: Json = {"type": self.type, "offset": self.offset, "length": self.length}
        return entity | ({"url": self.url} if self.url else {})


def text_parts(text: str, *, markdown: bool) -> tuple[Part, ...]:
    """Cut a text at sentence ends into what Telegram takes; never empty, loses nothing.

    Raises ValueError for a blank text.
    """
    # A lone surrogate has no UTF-8, so Telegram could not even be asked.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain, spans = read_markdown(text) if markdown else (text, ())
    if not plain.strip():
        plain, spans = text, ()
    if not plain.strip():
        raise ValueError("a blank text cannot be sent")
    cuts = split(plain, limit=TEXT_LIMIT)
    return tuple(Part(plain[a:b], tuple(_marks(plain, spans, a, b))) for a, b in cuts)


def _marks(text: str, spans: Sequence[Span], start: int, end: int) -> Iterator[Mark]:
    inside = [span for span in spans if span.start < end and start < span.end]
    for span in inside[:ENTITY_LIMIT]:
        first, last = max(span.start, start), min(span.end, end)
        offset = utf16_length(text[start:first])
        yield Mark(span.type, offset, utf16_length(text[first:last]), span.url)


def with_fallbacks(part: Part, choices: Sequence[Choice]) -> Part:
    """Write out the labels of buttons that Telegram would not take, where there is room."""
    lost = [choice.label for choice in choices if choice.url is None and not _fits(choice)]
    text = "\n".join([part.text, *(f"• {label}" for label in lost)])
    return replace(part, text=text) if utf16_length(text) <= TEXT_LIMIT else part


def keyboard(choices: Sequence[Choice]) -> tuple[tuple[Json, ...], ...]:
    """Return rows of inline buttons; a `tel:` link has none, Telegram refuses it.

    The number stands in the text, where a phone makes it tappable.
    """
    rows: list[list[Json]] = []
    for button in filter(None, map(_button, choices)):
        if rows and _fits_in(rows[-1], button):
            rows[-1].append(button)
        else:
            rows.append([button])
    return tuple(tuple(row) for row in rows)


def send_message(address: str, part: Part, *, choices: Sequence[Choice]) -> Json:
    """Return the parameters of a `sendMessage` call, without the method's name."""
    part = with_fallbacks(part, choices)
    call: Json = {
        "chat_id": address,
        "text": part.text,
        "link_preview_options": {"is_disabled": True},
    }
    if part.marks:
        call["entities"] = [mark.as_json() for mark in part.marks if isinstance(mark, Mark)]
    rows = keyboard(choices)
    if rows:
        call["reply_markup"] = {"inline_keyboard": [list(row) for row in rows]}
    return call


def _button(choice: Choice) -> Json | None:
    if choice.url is not None:
        is_link = choice.url.startswith(("https://", "http://"))
        return {"text": choice.label, "url": choice.url} if is_link else None
    return {"text": choice.label, "callback_data": choice.value} if _fits(choice) else None


def _fits(choice: Choice) -> bool:
    return 0 < len(choice.value.encode()) <= VALUE_LIMIT


def _fits_in(row: Sequence[Json], button: Json) -> bool:
    widths = [_width(label["text"]) for label in (*row, button)]
    most = _SHORT_ROW_LENGTH if max(widths) <= _SHORT else _ROW_LENGTH
    return len(widths) <= most and sum(widths) <= _ROW_WIDTH


def _width(label: str) -> int:
    return sum(1 if letter < _ASCII_END else 2 for letter in label)
