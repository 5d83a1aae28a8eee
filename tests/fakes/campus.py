"""A whole Nuanyu in one process: real store, real flows, jobs run when the test says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from companion.campus import Campus, Pace
from companion.errors import UnknownRow
from companion.flows.receive import Received, receive
from companion.flows.services import Services
from companion.jobs import Job
from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform
from infra.pictures import ResvgPainter
from infra.redaction import TalkMask
from infra.store.engine import make_engine
from infra.store.keys import ensure_system_keys
from infra.store.migrate import migrate
from infra.store.store import SqlStore
from infra.vault import KeyRing, MasterKey, Sealers
from tests.fakes.ports import (
    FrozenClock,
    RecordedBell,
    RecordedChannels,
    RecordedJobs,
    RecordedSender,
    RecordedSenders,
)
from workers.tasks import FLOWS


@dataclass
class FakeCampus:
    """One campus with one Telegram; `run` does what the workers would do."""

    folder: Path
    model: Any = None
    url: str = ""
    opinion: Any = None
    campus: Campus = field(
        default_factory=lambda: Campus(pace=Pace(shortest=0.0, usual=0.0, longest=0.0))
    )
    clock: FrozenClock = field(default_factory=FrozenClock)
    jobs: RecordedJobs = field(default_factory=RecordedJobs)
    bell: RecordedBell = field(default_factory=RecordedBell)
    telegram: RecordedSender = field(default_factory=RecordedSender)
    channels: RecordedChannels = field(default_factory=RecordedChannels)
    done: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._updates = count(1)
        self.sealers = Sealers(KeyRing((MasterKey.fresh("one"),)))
        self.engine = make_engine(self.url or f"sqlite:///{self.folder / 'nuanyu.db'}")
        migrate(self.engine)
        ensure_system_keys(self.engine, self.sealers)
        self.store = SqlStore(self.engine, self.sealers, jobs=self.jobs, bell=self.bell)
        self.services = Services(
            store=self.store,
            campus=self.campus,
            clock=self.clock,
            bell=self.bell,
            senders=RecordedSenders({"telegram": self.telegram}),
            masks=lambda: TalkMask(keep=frozenset()),
            channels=self.channels,
            model=self.model,
            known_numbers=frozenset({"12356", "4001619995", "110", "120"}),
            second_opinion=self.opinion,
            painter=ResvgPainter(),
        )

    def close(self) -> None:
        self.engine.dispose()

    def arrives(
        self,
        text: str = "",
        *,
        sender: str = "u1",
        kind: InboundKind = InboundKind.TEXT,
        platform: Platform = Platform.TELEGRAM,
        platform_id: str | None = None,
    ) -> Received:
        """Keep something a student sent; nothing is done about it yet."""
        inbound = Inbound(
            platform=platform,
            platform_id=platform_id or str(next(self._updates)),
            sender=sender,
            address=sender,
            kind=kind,
            text=text,
            sent_at=self.clock.now(),
        )
        return receive(
            inbound, store=self.store, default_language=Language.ZH, now=self.clock.now()
        )

    def run(self, *, only: set[Job] | None = None) -> None:
        """Do every job that waits, and those that follow from it."""
        kept = []
        while self.jobs.sent:
            job, ids = self.jobs.sent.pop(0)
            if only is not None and job not in only:
                kept.append((job, ids))
                continue
            self.done.append(job)
            try:
                FLOWS[job](*ids, services=self.services)
            except UnknownRow:
                continue
        self.jobs.sent += kept

    def pass_timer(self, *, steps: int = 1000) -> None:
        """Let time pass until a timer's next steps have come; all of them by default."""
        while self.jobs.timed and steps > 0:
            after, job, ids = self.jobs.timed.pop(0)
            self.clock.passes(seconds=after)
            self.jobs.send(job, *ids)
            self.run()
            steps -= 1

    def says(self, text: str = "", **how: Any) -> list[str]:
        """Let a student say something and return what reaches them for it."""
        before = len(self.telegram.sent)
        self.arrives(text, **how)
        self.run()
        return self.telegram.texts[before:]

    def onboard(self, *, sender: str = "u1", memory: bool = True) -> UUID:
        """Bring a student through the first questions; returns the student's id."""
        student_id = self.arrives("/start", sender=sender).student_id
        self.run()
        for answer in (
            "/age adult",
            "/consent storage yes",
            f"/consent memory {'yes' if memory else 'no'}",
            "/consent staff_alert yes",
        ):
            self.says(answer, sender=sender, kind=InboundKind.CHOICE)
        self.telegram.sent.clear()
        self.done.clear()
        return student_id

    def buttons(self) -> dict[str, str]:
        """The last message's buttons: label to value."""
        return {choice.label: choice.value for choice in self.telegram.sent[-1][2]}
