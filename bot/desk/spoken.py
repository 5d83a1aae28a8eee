"""Lines of a talk outside a relay: around an alarm, or the whole talk behind glass."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from uuid import UUID

from bot.desk.spans import moment
from bot.desk.words import Words, words
from companion.language import Language
from companion.messages import OutboundKind
from companion.store import Line
from companion.turns import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One line as staff read it."""

    who: str
    at: str
    text: str = field(repr=False)
    is_students: bool
    #: Whether this line set an alarm off.
    is_trigger: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """In whose words and at what time lines are shown."""

    w: Words
    now: datetime
    zone: tzinfo


def spoken(
    lines: Sequence[Line], setting: Setting, *, triggers: Collection[UUID | None] = ()
) -> list[Spoken]:
    """Return lines as staff read them; a bare picture is named as one."""
    return [_spoken(line, setting, is_trigger=line.id in triggers) for line in lines]


def starters(language: Language, *, name: str) -> list[str]:
    """Return ready-made first lines for a student, in the student's language."""
    return [str(text).format(name=name) for text in words(language)["talk"]["starter"].values()]


def _spoken(line: Line, setting: Setting, *, is_trigger: bool) -> Spoken:
    said, kinds = setting.w["case"], setting.w["talk"]["kind"]
    is_students = line.role is Role.USER
    if is_students:
        who = said["student_said"]
    else:
        who = said["staff_said" if line.kind == OutboundKind.RELAY else "system_said"]
    bare = str(setting.w["talk"]["no_text"]).format(kind=kinds.get(line.kind, kinds["other"]))
    return Spoken(
        who=who,
        at=moment(line.at, now=setting.now, zone=setting.zone),
        text=line.text or bare,
        is_students=is_students,
        is_trigger=is_trigger,
    )
