"""The shapes that the web chat's interface speaks."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from companion.dialogue.markup import to_html
from companion.language import Language
from companion.messages import Choice, OutboundKind
from companion.people.student import AgeBand, Purpose
from companion.store import Line
from companion.turns import Role

#: What one message may hold (characters).
LONGEST_TEXT = 20_000


#: Words and tokens: never in a log line or a traceback.
Hidden = Annotated[str, Field(repr=False)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewSession(_Shape):
    """What a browser may say when it opens a chat."""

    language: Language | None = None


class Token(_Shape):
    """The key to one chat; shown once."""

    token: Hidden


class SessionState(_Shape):
    """What the page needs to know about the student."""

    language: Language
    onboarded: bool
    age_band: AgeBand | None
    minimum_age: int
    consents: dict[Purpose, bool]
    campus: dict[Language, str]


class SessionChange(_Shape):
    """What the student chose on the page."""

    language: Language | None = None
    age_band: AgeBand | None = None
    consents: dict[Purpose, bool] = Field(default_factory=dict)


class NewMessage(_Shape):
    """One message; the same `client_id` again is the same message."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT, repr=False)]
    client_id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    #: Whether a quick-reply button was pressed; `text` is then the button's value.
    choice: bool = False


class Kept(_Shape):
    """Where a message stands in the talk."""

    id: UUID
    seq: int


class Piece(_Shape):
    """Which lines of the talk are wanted."""

    after: Annotated[int | None, Field(ge=0)] = None
    before: Annotated[int | None, Field(ge=1)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ChoiceShape(_Shape):
    """A quick-reply button."""

    label: str
    value: str
    url: str | None
    #: What the page shows, and for how many seconds each, before it sends the value.
    pace: tuple[tuple[str, int], ...] = ()


class MessageShape(_Shape):
    """One line of the talk."""

    id: UUID
    seq: int
    role: Role
    kind: str
    text: Hidden
    #: Safe HTML of what Nuanyu said; "" for the student's own lines.
    html: Hidden
    at: datetime
    choices: tuple[ChoiceShape, ...]
    state: str


class Messages(_Shape):
    """A piece of the talk, oldest first."""

    messages: list[MessageShape]
    #: Whether there are further messages in the direction that was asked for.
    more: bool


class Partial(_Shape):
    """A reply that is still growing."""

    id: UUID
    text: Hidden
    html: Hidden


class CardShape(_Shape):
    """A crisis card that goes out although nothing could be stored."""

    text: Hidden
    html: Hidden
    choices: tuple[ChoiceShape, ...]


class Problem(_Shape):
    """What went wrong and what to do."""

    error: str
    code: str
    card: CardShape | None = None


Event = Literal["message", "partial", "typing", "session"]


def message_shape(line: Line) -> MessageShape:
    """Return a line as clients read it."""
    is_ours = line.role is Role.ASSISTANT
    return MessageShape(
        id=line.id,
        seq=line.seq,
        role=line.role,
        kind=line.kind,
        text=line.text,
        html=html_of(line.text, markdown=line.kind == OutboundKind.REPLY) if is_ours else "",
        at=line.at,
        choices=choice_shapes(line.choices),
        state=line.state,
    )


def choice_shapes(choices: tuple[Choice, ...]) -> tuple[ChoiceShape, ...]:
    """Return buttons as clients read them."""
    return tuple(ChoiceShape(label=c.label, value=c.value, url=c.url, pace=c.pace) for c in choices)


def card_shape(text: str, choices: tuple[Choice, ...]) -> CardShape:
    """Return a card as clients read it."""
    return CardShape(text=text, html=html_of(text, markdown=False), choices=choice_shapes(choices))


def html_of(text: str, *, markdown: bool) -> str:
    """Return safe HTML: the model's markdown, or fixed words with their line breaks."""
    return to_html(text) if markdown else plain_html(text)


def plain_html(text: str) -> str:
    """Return fixed words as paragraphs, nothing in them interpreted."""
    paragraphs = escape(text.strip()).split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
