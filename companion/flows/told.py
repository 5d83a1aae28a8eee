"""What staff were told about a student, who read what, and the student's own words to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.campus import Campus
from companion.dialogue.commands import Command, CommandName, parse_command
from companion.errors import UnknownRow
from companion.flows.first_questions import set_consent
from companion.flows.objection import apply_objection
from companion.flows.order import Order
from companion.language import Language
from companion.messages import Choice
from companion.people.student import Purpose
from companion.risk import Level
from companion.staff.actions import Action
from companion.staff.cases import Case, CaseState, Trigger
from companion.store import Entry, PageState, Reading
from companion.texts import say

#: The latest cases that are shown; the export has all.
_CASES: Final = 5
#: What is told of each time it happened.
_EACH: Final = {
    Action.CLAIM: "claimed",
    Action.TALK: "talk",
    Action.RELAY_OPEN: "relay",
    Action.CONTACT_USED: "contact",
    Action.CLOSE: "closed",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a student added to a case, in their own words."""

    at: datetime
    text: str = field(repr=False)


def show_told(order: Order) -> None:
    """Say what staff were told and who has read what, case by case."""
    cases = order.tx.cases.all_of(order.student.id)[:_CASES]
    if not cases:
        order.answer(say("told.none", order.language))
        return
    teller = Teller(order.tx, order.campus, order.language)
    told = [say("told.head", order.language)]
    told += ["\n".join(teller.lines(case)) for case in cases]
    order.answer("\n\n".join([*told, say("told.how", order.language)]))


def add_words(order: Order) -> None:
    """Put what the student wrote beside their latest case."""
    case = keep_words(order)
    if case is None:
        order.answer(say("told.nothing_to_add", order.language))
    else:
        order.answer(say("told.added", order.language, number=case.number))


def keep_words(order: Order) -> Case | None:
    """Note that this message belongs to the student's latest case, if it was meant to.

    The message itself is sealed with the student's key; the log only says which one it is.
    Returns the case; None when the message is no such words, or there is no case. Safe to run
    twice.
    """
    if not is_words(order.command):
        return None
    cases = [one for one in order.tx.cases.all_of(order.student.id) if not one.is_drill]
    if not cases:
        return None
    case, message = cases[0], str(order.message.id)
    if message not in {entry.detail.get("message") for entry in order.tx.audit.of_case(case.id)}:
        order.tx.audit.add(
            actor="student",
            action=Action.WORDS_ADDED,
            now=order.now,
            case_id=case.id,
            student_id=order.student.id,
            detail={"message": message},
        )
    return case


def is_words(command: Command | None) -> bool:
    """Whether a command brings words for the staff who look after a case."""
    return (
        command is not None
        and command.name is CommandName.PRIVACY
        and command.argument.startswith("add ")
    )


def words_of(tx: Reading, case_id: UUID) -> Sequence[Words]:
    """Return what the student added to a case, oldest first; what was deleted is left out."""
    found = []
    for entry in tx.audit.of_case(case_id):
        if entry.action == Action.WORDS_ADDED:
            try:
                message = tx.inbound.get(UUID(str(entry.detail["message"])))
            except UnknownRow:
                continue
            command = parse_command(message.text)
            found.append(Words(entry.at, command.argument.removeprefix("add ") if command else ""))
    return found


def object_to_sharing(order: Order) -> None:
    """Stop alerts that are no emergency, and say what still happens; or take that back."""
    is_back = order.argument == "undo"
    set_consent(order.tx, order.student.id, Purpose.STAFF_ALERT, granted=is_back, now=order.now)
    of_case = apply_objection(order, is_back=is_back)
    text = say("object.undone" if is_back else "object.done", order.language)
    undo = Choice(say("object.undo", order.language), "/object undo")
    order.answer(f"{text.strip()}\n\n{of_case}", *([] if is_back else [undo]))


@dataclass(frozen=True, slots=True)
class Teller:
    """Says in a student's words what the rows say about their cases."""

    tx: Reading
    campus: Campus
    language: Language

    def lines(self, case: Case) -> list[str]:
        """Return a case line by line: what staff were told, who read what, how it ended."""
        key = "drill" if case.is_drill else "case"
        head = self._say(key, number=case.number, at=self._at(case.opened_at))
        if case.is_drill:
            return [head]
        entries = self.tx.audit.of_case(case.id)
        told = [*map(self._trigger, self.tx.cases.triggers(case.id)), *self._paged(case)]
        words = [
            self._say("words", at=self._at(w.at), text=w.text) for w in words_of(self.tx, case.id)
        ]
        is_closed = case.state is CaseState.CLOSED
        end = [] if is_closed else [self._say("open")]
        return [head, *told, *self._read(entries), *words, *end]

    def _trigger(self, trigger: Trigger) -> str:
        at = self._at(trigger.at)
        if trigger.level < Level.MODERATE:
            return self._say("asked", at=at)
        kinds = [say(f"page.kind_{kind}", self.language) for kind in trigger.kinds]
        return self._say(
            "trigger",
            at=at,
            level=say(f"page.level_{trigger.level.label}", self.language),
            kinds=say("page.and", self.language).join(kinds)
            or say("page.kind_none", self.language),
        )

    def _paged(self, case: Case) -> list[str]:
        sent = [
            page.settled_at
            for page in self.tx.pages.of_case(case.id)
            if page.state is PageState.SENT and page.settled_at is not None
        ]
        if sent:
            stopped = [] if case.may_page else [self._say("stopped")]
            return [self._say("paged", at=self._at(min(sent))), *stopped]
        return [self._say("not_paged" if case.may_page else "objected")]

    def _read(self, entries: Iterable[Entry]) -> list[str]:
        """Return who did and read what: each break-glass reading, and counts of small things."""
        found: list[tuple[datetime, str]] = []
        excerpts: dict[str, list[datetime]] = {}
        notes: dict[str, int] = {}
        for entry in entries:
            if entry.action in _EACH:
                found.append((entry.at, self._each(entry)))
            elif entry.action == Action.EXCERPT:
                excerpts.setdefault(entry.actor, []).append(entry.at)
            elif entry.action == Action.SIGN:
                notes[entry.actor] = notes.get(entry.actor, 0) + 1
        for actor, times in excerpts.items():
            often = self._say("times", count=len(times)) if len(times) > 1 else ""
            said = self._say("excerpt", at=self._at(times[-1]), name=self._name(actor), times=often)
            found.append((times[-1], said.rstrip()))
        lines = [said for _, said in sorted(found)]
        return lines + [
            self._say("notes", name=self._name(actor), count=count)
            for actor, count in notes.items()
        ]

    def _each(self, entry: Entry) -> str:
        key, fields = _EACH[Action(entry.action)], self._fields(entry)
        if entry.action == Action.TALK and entry.reason and self.campus.show_reading_reasons:
            return self._say("talk_reason", reason=entry.reason, **fields)
        if entry.action == Action.CONTACT_USED and not entry.detail.get("wrote"):
            key = "contact_shown"
        if entry.action == Action.CONTACT_USED and entry.actor == "system":
            key = "contact_system"
        return self._say(key, **fields)

    def _fields(self, entry: Entry) -> Mapping[str, object]:
        return {"at": self._at(entry.at), "name": self._name(entry.actor)}

    def _name(self, actor: str) -> str:
        """Return the name somebody chose for students; else that it was somebody on duty."""
        try:
            return self.tx.members.get(UUID(actor)).name
        except (ValueError, UnknownRow):
            return self._say("someone")

    def _at(self, at: datetime) -> str:
        return f"{at.astimezone(self.campus.timezone):%Y-%m-%d %H:%M}"

    def _say(self, key: str, **fields: object) -> str:
        return say(f"told.{key}", self.language, **fields)
