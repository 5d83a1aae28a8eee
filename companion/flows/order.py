"""A command with everything that carrying it out takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from companion.campus import Campus
from companion.dialogue.commands import Command
from companion.flows.own_zone import own_zone
from companion.flows.sending import send
from companion.language import Language
from companion.messages import Choice, Message, OutboundKind
from companion.people.student import Account, Student
from companion.ports import Channels
from companion.store import Draft, Transaction
from companion.texts import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command with everything that carrying it out takes."""

    #: None when plain talk made it necessary to say something fixed.
    command: Command | None
    message: Message
    student: Student
    account: Account
    language: Language
    tx: Transaction
    campus: Campus
    #: The ways to reach staff.
    channels: Channels
    now: datetime
    #: Whether a question of the safety dialogue may wait a moment for a sentence of the model.
    holds_questions: bool = False

    @property
    def has_pager(self) -> bool:
        """Whether there is any way to reach staff at all."""
        channels, members = self.channels, self.tx.members
        return bool(channels.campus_wide) or any(
            channels.get(way.kind) is not None
            for one in members.all()
            for way in members.channels(one.id)
        )

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the student's days are counted in."""
        return own_zone(self.tx, self.student.id, self.campus)

    @property
    def argument(self) -> str:
        """What follows the command."""
        return self.command.argument if self.command else ""

    def say(self, key: str, **fields: object) -> str:
        """Return a wording in the student's language."""
        return say(f"command.{key}", self.language, **fields)

    def answer(
        self,
        text: str,
        *choices: Choice,
        kind: OutboundKind = OutboundKind.NOTICE,
        part: str = "",
        picture: str = "",
    ) -> None:
        """Send one answer; `part` tells several answers to one command apart.

        `picture` is what is drawn with it, and makes it a picture.
        """
        draft = Draft(
            kind=OutboundKind.PICTURE if picture else kind,
            text=text.strip(),
            choices=choices,
            picture=picture,
            dedupe=f"command:{self.message.id}{part}",
        )
        send(self.tx, self.account, draft, now=self.now)

    def answer_unknown(self) -> None:
        """Say that the command was not understood, and how to find those that are."""
        self.answer(self.say("unknown"))
