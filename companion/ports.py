"""What the flows need from outside. Each port has one real adapter and one twin in tests/fakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable
from uuid import UUID

from companion.errors import NuanyuError
from companion.messages import Choice, OutboundState
from companion.risk.opinion import Opinion
from companion.staff.people import ChannelKind
from companion.turns import Turn

if TYPE_CHECKING:
    from companion.jobs import Job
    from companion.store import Reading, Transaction

# ---------------------------------------------------------------- time, store and jobs


class Clock(Protocol):
    """Time, for the flows that take a while."""

    def now(self) -> datetime:
        """Return the aware present moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Store(Protocol):
    """Where the rows are. Raises StoreUnavailable when the database does not answer."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open a writing transaction; jobs enqueued in it leave after COMMIT."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Open a reading transaction."""


class JobSender(Protocol):
    """Puts jobs on their queues."""

    def send(self, job: Job, *ids: UUID, after: float = 0.0) -> bool:
        """Send one job, to be done after so many seconds (few: never a reminder).

        False, never an error, when the broker did not take it.
        """


#: The bell of the staff's pages, which is no student's: it rings when a case, a page to staff, a
#: relay or the roster changed.
DESK_BELL: Final = UUID("00000000-0000-4000-8000-000000000002")


class Bell(Protocol):
    """Tells whoever watches a student's chat that something changed. Carries no words."""

    def ring(self, student_id: UUID, event: str) -> None:
        """Ring; losing a ring does no harm, watchers look by themselves as well."""


# ---------------------------------------------------------------- the model


class ChatRole(StrEnum):
    """Who speaks in a prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of a prompt."""

    role: ChatRole
    content: str = field(repr=False)


Prompt = tuple[ChatLine, ...]


class LanguageModel(Protocol):
    """A chat model that streams. Safe to share between threads."""

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a prompt may have, the answer's share taken off."""

    def count_tokens(self, text: str) -> int:
        """Count tokens as the backend does, or a careful estimate when it cannot tell."""

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Yield pieces of the answer as they come.

        Raises ModelOverloaded, PromptTooLong, ModelTimeout, ModelBroken or ModelUnavailable,
        each before the first piece or, except PromptTooLong, in the middle.
        """


class SecondOpinion(Protocol):
    """Another reader of what the screen has read. Safe to share between threads."""

    @property
    def name(self) -> str:
        """A short word for metrics: which reader this is."""

    def read(self, text: str, *, history: Sequence[Turn]) -> Opinion | None:
        """Return what it reads in a text; None when it is late, away, busy or makes no sense.

        `history` is oldest first and does not hold `text`. Returns within a deadline of its own;
        silence changes nothing.
        """


class Meanings(Protocol):
    """Compares texts by what they mean. Safe to share between threads."""

    def near(self, text: str, passages: Mapping[str, str]) -> Mapping[str, float] | None:
        """Return how near a text is to each passage (cosine), by its name; None when away.

        Returns within a deadline of its own. The passages are fixed texts and are remembered.
        """


class Mask(Protocol):
    """Hides names, numbers and addresses of one talk, and puts them back."""

    def hide(self, text: str) -> str:
        """Replace what identifies a person; the same thing gets the same placeholder."""

    def restore(self, text: str) -> str:
        """Put the originals back."""


class Masks(Protocol):
    """Makes a fresh mask for one talk."""

    def __call__(self) -> Mask:
        """Return a mask that has seen nothing yet."""


# ---------------------------------------------------------------- sending


class RetryLater(NuanyuError):
    """The platform did not take it now; nothing was sent."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"retry after {after.total_seconds():g} s")
        self.after = after


class Refused(NuanyuError):
    """The platform will never take it: blocked by the student, chat gone, content refused."""

    def __init__(self, reason: str, *, unreachable: bool) -> None:
        super().__init__(reason)
        #: A short code without content: "blocked", "chat_gone", "bad_request".
        self.reason = reason
        #: Whether nothing at all can reach the student there any more.
        self.unreachable = unreachable


class Uncertain(NuanyuError):
    """The line broke while the platform had it: sent or not, nobody knows."""


@dataclass(frozen=True, slots=True)
class Part:
    """One platform message of a (possibly split) text, ready to be sent."""

    text: str = field(repr=False)
    #: The platform's own formatting marks, opaque to the flows.
    marks: tuple[object, ...] = field(default=(), repr=False)


class Sender(Protocol):
    """Hands messages to one platform. Blocking; safe to share between threads."""

    def parts(self, text: str, *, markdown: bool) -> tuple[Part, ...]:
        """Cut a text at sentence ends into what the platform takes; never empty, loses nothing."""

    def send(self, address: str, part: Part, *, choices: Sequence[Choice]) -> str:
        """Send one part with its buttons and return the platform's id for it.

        Waits for the platform's send limits. Raises RetryLater, Refused or Uncertain.
        """

    def send_file(self, address: str, *, name: str, content: bytes, caption: str) -> str:
        """Send a file; returns and raises as `send`."""

    def send_picture(
        self, address: str, *, content: bytes, caption: str, choices: Sequence[Choice]
    ) -> str:
        """Send a PNG with its caption and its buttons; returns and raises as `send`."""

    def show_typing(self, address: str) -> None:
        """Show that an answer is being written; failures are of no account."""

    def show_draft(self, address: str, *, draft: int, text: str) -> None:
        """Show the text so far where the platform has drafts; failures are of no account.

        `draft` is a positive number that stays the same while one text grows.
        """

    def show_timer(self, address: str, text: str, *, shown: str | None) -> str | None:
        """Show a short text that changes as time passes, in the message `shown`, else in a new one.

        Returns the platform's id of the message; None where nothing could be shown. Failures are
        of no account.
        """


class Painter(Protocol):
    """Makes pictures of drawings. Safe to share between threads."""

    def png(self, svg: str) -> bytes:
        """Return an SVG as PNG. Raises ValueError for what cannot be painted."""


class Senders(Protocol):
    """The senders by platform."""

    def get(self, platform: str) -> Sender | None:
        """Return the sender, or None for a platform that is off or is a mailbox."""


# ---------------------------------------------------------------- reaching staff


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says. It carries no words of a student."""

    #: One line, for channels that have subjects.
    subject: str = field(repr=False)
    #: Whole without the subject and without the link.
    body: str = field(repr=False)
    #: Where the case is at the desk; it asks for a sign-in, so it holds no secret.
    url: str | None = None
    buttons: tuple[Choice, ...] = ()
    #: The same for every try of one page, so that a receiver can tell it from the next one.
    once: UUID | None = None


class Channel(Protocol):
    """One way to reach staff. Blocking; safe to share between threads."""

    def page(self, address: str, text: PageText) -> None:
        """Send one page. Raises RetryLater, Refused or Uncertain."""


@runtime_checkable
class Marking(Protocol):
    """A channel whose chats staff write in, and that can mark what they wrote."""

    def mark(self, address: str, *, message_id: int, state: OutboundState, words: str) -> None:
        """Show at a message what became of it; `words` say it where a mark would not do.

        Raises RetryLater, Refused or Uncertain.
        """


class Channels(Protocol):
    """The ways to reach staff, by kind."""

    @property
    def campus_wide(self) -> tuple[tuple[ChannelKind, str], ...]:
        """What reaches staff as a whole: the staff group, a group robot, a mailbox.

        One address of a kind at most. Known also in a process that does not send.
        """

    def get(self, kind: ChannelKind) -> Channel | None:
        """Return the channel; None when it is off, or this process does not send."""
