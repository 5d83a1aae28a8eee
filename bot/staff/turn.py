"""One event with everything that answering it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.staff.acts import Act, Edit, Say, Toast
from bot.staff.events import Event
from bot.staff.words import say
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Choice
from companion.staff.cases import Case
from companion.staff.people import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What somebody whom the bot knows did, and where the answer goes."""

    event: Event
    staff: Staff
    services: Services
    #: What stood behind the command, or in the button, split at its separators.
    words: tuple[str, ...] = ()

    @property
    def language(self) -> Language:
        """The language of the one who reads; a group reads the campus's."""
        return self.services.campus.language if self.event.is_group else self.staff.language

    @property
    def now(self) -> datetime:
        """The aware present moment."""
        return self.services.clock.now()

    def say(self, key: str, **fields: object) -> str:
        """Return a wording in the reader's language."""
        return say(key, self.language, **fields)

    def answer(self, text: str, *buttons: Choice) -> list[Act]:
        """Answer where it happened; what was pressed no longer waits."""
        acts: list[Act] = [self.toast()] if self.event.callback_id else []
        return [*acts, Say(chat_id=self.event.chat_id, text=text, buttons=buttons)]

    def tell(self, key: str, **fields: object) -> list[Act]:
        """Answer with a short wording: over the button that was pressed, else as a message."""
        text = self.say(key, **fields)
        return [self.toast(text, alert=True)] if self.event.callback_id else self.answer(text)

    def ask(self, question: str) -> list[Act]:
        """Ask something that is answered by quoting the question."""
        acts: list[Act] = [self.toast()] if self.event.callback_id else []
        return [*acts, Say(chat_id=self.event.chat_id, text=question, asks=True)]

    def edit(self, text: str, *buttons: Choice) -> Edit:
        """Replace the message under which a button was pressed."""
        event = self.event
        return Edit(chat_id=event.chat_id, message_id=event.message_id, text=text, buttons=buttons)

    def toast(self, text: str = "", *, alert: bool = False) -> Toast:
        """Answer the press of a button."""
        return Toast(callback_id=self.event.callback_id or "", text=text, alert=alert)

    def private(self) -> Turn:
        """Return the same turn in the private chat of whoever it was, whose number is theirs."""
        event = replace(self.event, chat_id=self.event.user_id, is_group=False, callback_id=None)
        return replace(self, event=event)

    def local(self, at: datetime) -> datetime:
        """Return a moment in the campus's time zone."""
        return at.astimezone(self.services.campus.timezone)

    def case(self, *, word: int = 0) -> Case | None:
        """Return the case that a word names; without one, the only case in one's hands."""
        with self.services.store.reading() as tx:
            if len(self.words) > word:
                number = self.words[word].lstrip("#")
                return tx.cases.find(int(number)) if _is_number(number) else None
            own: Sequence[Case] = tx.cases.owned_by(self.staff.id)
            return own[0] if len(own) == 1 else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9  # noqa: PLR2004 - fits any database
