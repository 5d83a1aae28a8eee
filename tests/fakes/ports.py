"""Twins of the small ports: they remember what they were asked to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from companion.jobs import Job
from companion.messages import Choice
from companion.ports import PageText, Part
from companion.risk.opinion import Opinion
from companion.staff.people import ChannelKind
from companion.turns import Turn


@dataclass
class RecordedJobs:
    """Remembers the jobs; `is_away` makes it a broker that takes nothing."""

    sent: list[tuple[Job, tuple[UUID, ...]]] = field(default_factory=list)
    #: Steps of timers, with the seconds they wait; `FakeCampus.pass_timer` lets them come.
    timed: list[tuple[float, Job, tuple[UUID, ...]]] = field(default_factory=list)
    is_away: bool = False

    def send(self, job: Job, *ids: UUID, after: float = 0.0) -> bool:
        if self.is_away:
            return False
        if job is Job.SHOW_TIMER and after:
            self.timed.append((after, job, ids))
            return True
        self.sent.append((job, ids))
        return True

    @property
    def names(self) -> list[Job]:
        return [job for job, _ in self.sent]


@dataclass
class RecordedBell:
    """Remembers the rings."""

    rung: list[tuple[UUID, str]] = field(default_factory=list)

    def ring(self, student_id: UUID, event: str) -> None:
        self.rung.append((student_id, event))


@dataclass
class FrozenClock:
    """Time that only moves when somebody sleeps, or the test says so."""

    at: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=max(0.0, seconds))

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class RecordedSender:
    """A platform that remembers what it was given; `faults` are raised first, one a call."""

    sent: list[tuple[str, str, tuple[Choice, ...]]] = field(default_factory=list)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    #: Pictures; the caption and the buttons stand among the texts.
    pictures: list[bytes] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    #: What timers showed: in which message (None: a new one), and the text.
    timers: list[tuple[str | None, str]] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    #: Characters of one part, to make long texts split.
    limit: int = 4096

    def parts(self, text: str, *, markdown: bool) -> tuple[Part, ...]:
        return tuple(
            Part(text[begin : begin + self.limit]) for begin in range(0, len(text), self.limit)
        )

    def send(self, address: str, part: Part, *, choices: Sequence[Choice]) -> str:
        self._fail()
        self.sent.append((address, part.text, tuple(choices)))
        return str(len(self.sent))

    def send_file(self, address: str, *, name: str, content: bytes, caption: str) -> str:
        self._fail()
        self.files.append((address, name, content))
        return f"file-{len(self.files)}"

    def send_picture(
        self, address: str, *, content: bytes, caption: str, choices: Sequence[Choice]
    ) -> str:
        self._fail()
        self.pictures.append(content)
        self.sent.append((address, caption, tuple(choices)))
        return str(len(self.sent))

    def show_typing(self, address: str) -> None:
        self.typing.append(address)

    def show_draft(self, address: str, *, draft: int, text: str) -> None:
        self.drafts.append(text)

    def show_timer(self, address: str, text: str, *, shown: str | None) -> str | None:
        self.timers.append((shown, text))
        return shown or f"timer-{len(self.timers)}"

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.sent]

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class RecordedSenders:
    """The senders by platform."""

    by_platform: dict[str, Any]

    def get(self, platform: str) -> Any:
        return self.by_platform.get(platform)


@dataclass
class RecordedChannel:
    """One way to reach staff; `faults` are raised first, one for each page."""

    sent: list[tuple[str, PageText]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    #: Raised for every page to these addresses, for as long as they stand here.
    dead: dict[str, Exception] = field(default_factory=dict)
    #: What was shown at staff's own messages: chat, message, state, words.
    marks: list[tuple[str, int, str, str]] = field(default_factory=list)
    #: Done before a mark is taken; raised if it is an error.
    before_mark: list[Callable[[], None] | Exception] = field(default_factory=list)

    def mark(self, address: str, *, message_id: int, state: str, words: str) -> None:
        happens = self.before_mark.pop(0) if self.before_mark else None
        if isinstance(happens, Exception):
            raise happens
        if happens is not None:
            happens()
        self.marks.append((address, message_id, str(state), words))

    def page(self, address: str, text: PageText) -> None:
        if self.faults:
            raise self.faults.pop(0)
        if address in self.dead:
            raise self.dead[address]
        self.sent.append((address, text))


@dataclass
class RecordedChannels:
    """The ways to reach staff by kind: by default one Telegram group."""

    telegram: RecordedChannel = field(default_factory=RecordedChannel)
    email: RecordedChannel = field(default_factory=RecordedChannel)
    campus_wide: tuple[tuple[ChannelKind, str], ...] = ((ChannelKind.TELEGRAM, "staff-group"),)
    off: set[ChannelKind] = field(default_factory=set)

    def get(self, kind: ChannelKind) -> RecordedChannel | None:
        known = {ChannelKind.TELEGRAM: self.telegram, ChannelKind.EMAIL: self.email}
        return None if kind in self.off else known.get(kind)

    @property
    def pages(self) -> list[str]:
        """What was paged over Telegram, to anybody."""
        return [text.body for _, text in self.telegram.sent]


@dataclass
class ScriptedOpinion:
    """A second reader that says what the script says, one a text; the last one stays."""

    says: list[Opinion | None] = field(default_factory=lambda: [None])
    asked: list[tuple[str, list[Turn]]] = field(default_factory=list)
    #: Done while the reader thinks, with the number of the question.
    meanwhile: Callable[[int], None] = lambda _: None
    name: str = "scripted"

    def read(self, text: str, *, history: Sequence[Turn]) -> Opinion | None:
        self.asked.append((text, list(history)))
        self.meanwhile(len(self.asked))
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]
