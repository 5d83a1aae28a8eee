"""The relay of a case as the counsellor sees it: lines in order, with what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.desk.page import Desk
from bot.desk.spans import moment
from bot.desk.words import Words, words
from companion.errors import UnknownRow
from companion.messages import InboundKind, OutboundState, Platform
from companion.staff.cases import Case
from companion.staff.people import Staff
from companion.store import Reading
from companion.store.relays import Relay, RelayedState, RelayLine

_BAD = {OutboundState.REFUSED, OutboundState.UNCONFIRMED, RelayedState.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of the talk."""

    seq: int
    is_students: bool
    who: str
    at: str
    text: str = field(repr=False)
    #: What became of it, in words, and whether that is bad news.
    state: str
    is_bad: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One relay: from its opening to its end."""

    relay: Relay
    who: str
    opened: str
    closed: str
    lines: Sequence[Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkView:
    """Every stretch of this case, and who holds the talk now."""

    stretches: Sequence[Stretch]
    #: The relay that is open for the student, if there is one.
    running: Relay | None
    is_mine: bool
    #: The name of who holds it.
    who: str
    #: Position of the student's last line that was not shown to a counsellor yet; 0: none.
    newest_unseen: int


def talk_view(
    tx: Reading,
    case: Case,
    *,
    staff: Staff,
    names: Mapping[UUID, str],
    desk: Desk,
    now: datetime,
) -> TalkView:
    """Return what a person and the student wrote to each other in a case."""
    maker = _Maker(staff=staff, names=names, now=now, desk=desk, w=words(staff.language))
    platform = _platform(tx, case)
    running = tx.relays.open_of(case.student_id)
    stretches = [maker.stretch(tx, relay, platform) for relay in tx.relays.of_case(case.id)]
    return TalkView(
        stretches=[one for one in stretches if one is not None],
        running=running,
        is_mine=running is not None and running.staff_id == staff.id,
        who=maker.name(running.staff_id) if running else "",
        newest_unseen=_newest_unseen(tx, running) if running else 0,
    )


def _platform(tx: Reading, case: Case) -> Platform | None:
    try:
        return tx.students.latest_account(case.student_id).platform
    except UnknownRow:
        return None


def _newest_unseen(tx: Reading, running: Relay) -> int:
    unseen = [
        line.seq
        for line in tx.relays.lines(running.id)
        if line.is_students and line.state != RelayedState.SENT
    ]
    return max(unseen, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Puts one reading into words."""

    staff: Staff
    names: Mapping[UUID, str]
    now: datetime
    desk: Desk
    w: Words

    def stretch(self, tx: Reading, relay: Relay, platform: Platform | None) -> Stretch | None:
        try:
            lines = tx.relays.lines(relay.id)
        except UnknownRow:  # the student erased everything
            return None
        return Stretch(
            relay=relay,
            who=self.name(relay.staff_id),
            opened=self._at(relay.opened_at),
            closed=self._at(relay.closed_at) if relay.closed_at else "",
            lines=[self._said(line, relay, platform) for line in lines],
        )

    def name(self, staff_id: UUID) -> str:
        somebody: str = self.w["case"]["somebody"]
        return self.names.get(staff_id, somebody)

    def _said(self, line: RelayLine, relay: Relay, platform: Platform | None) -> Said:
        talk = self.w["talk"]
        mine = talk["me"] if relay.staff_id == self.staff.id else self.name(relay.staff_id)
        return Said(
            seq=line.seq,
            is_students=line.is_students,
            who=talk["student"] if line.is_students else mine,
            at=self._at(line.at),
            text=self._text(line),
            state=self._state(line, platform),
            is_bad=line.state in _BAD,
        )

    def _text(self, line: RelayLine) -> str:
        if not line.is_students:
            # Its first line is the header with the name, the same above every message.
            header, _, rest = line.text.partition("\n")
            return rest or header
        if line.text:
            return line.text
        return str(self.w["talk"]["no_text"]).format(kind=self.w["talk"]["kind"][line.kind])

    def _state(self, line: RelayLine, platform: Platform | None) -> str:
        talk = self.w["talk"]
        if line.is_students:
            # Being on this page is being shown: only a line that a chat has not got says more.
            shown = "" if line.kind == InboundKind.TEXT else talk["kind"][line.kind]
            return str(talk["state"]["failed"] if line.state == RelayedState.FAILED else shown)
        is_on_page = line.state == OutboundState.SENT and platform is Platform.WEB
        said: str = talk["state"]["on_page" if is_on_page else line.state]
        if line.reason:
            return f"{said} ({talk['reason'].get(line.reason, line.reason)})"
        return said

    def _at(self, at: datetime) -> str:
        return moment(at, now=self.now, zone=self.desk.campus.timezone)
