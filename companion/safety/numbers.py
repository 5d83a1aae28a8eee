"""Which lines a card shows at a place and hour, and the buttons that dial them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from companion.campus import Campus, DutyLine
from companion.language import Language
from companion.messages import Choice
from companion.risk.hotlines import registry
from companion.risk.levels import Kind
from companion.risk.lines import Channel, ChannelType, Line, LineKind
from companion.safety.rows import duty_row, row
from companion.safety.wordings import Wordings

#: Lines on a card besides the emergency numbers.
MOST_LINES = 3
#: Fewest crisis lines before a youth line is shown with them.
ENOUGH_CRISIS_LINES = 2
#: Emergency numbers on a card.
MOST_EMERGENCY = 2
#: Worries in which the police is called before the ambulance, where they differ.
_POLICE_FIRST = (Kind.ABUSE, Kind.HARM_TO_OTHERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What a card offers at one place and hour."""

    #: One written line for each number, the one to call first on top.
    rows: tuple[str, ...]
    lines: tuple[Line, ...]
    emergency: tuple[str, ...]
    choices: tuple[Choice, ...]
    #: The buttons of the emergency numbers alone.
    urgent_choices: tuple[Choice, ...]
    #: Numbers that may be called now, as a person reads them: the campus's own first.
    names: tuple[str, ...]
    #: The sentence for those who cannot speak; None when a row says it already, or none can.
    written: str | None


def numbers_for(
    campus: Campus,
    *,
    language: Language,
    now: datetime,
    words: Wordings,
    kind: Kind,
    for_minor: bool = False,
) -> Numbers:
    """Return the numbers of a campus's region; the campus's own line is on top when open.

    `for_minor` puts a line for young people among them where there is one.
    """
    found = registry().lines_for(campus.region, now=now, language=language, kinds=tuple(LineKind))
    duty = campus.duty_line
    first = LineKind.ABUSE if kind is Kind.ABUSE else LineKind.YOUTH if for_minor else None
    lines = _chosen(found, room=MOST_LINES - (duty is not None), first=first)
    urgent = [line for line in found if line.kind is LineKind.EMERGENCY and line.call]
    urgent = urgent[:MOST_EMERGENCY]
    if kind in _POLICE_FIRST:
        urgent.reverse()
    rows = [row(line, language=language, now=now, words=words) for line in lines]
    buttons = [button for line in lines for button in _buttons(line.channels[0], words)]
    names = [line.dial_display for line in lines if line.call and line.is_open(now) is not False]
    if duty is not None:
        is_open = duty.is_open(now, zone=campus.timezone)
        place = 0 if is_open else len(rows)
        rows.insert(place, duty_row(duty, is_open=is_open, language=language, words=words))
        buttons.insert(0 if is_open else len(buttons), _duty_button(duty, words))
        names[:0] = [duty.phone] if is_open else []
    urgent_buttons = [b for line in urgent for b in _buttons(line.channels[0], words)]
    return Numbers(
        rows=tuple(rows),
        lines=tuple(lines),
        emergency=tuple(line.dial_display for line in urgent),
        choices=(*buttons, *urgent_buttons),
        urgent_choices=tuple(urgent_buttons),
        names=tuple(names),
        written=written_way(lines, words=words),
    )


def written_way(lines: Sequence[Line], *, words: Wordings) -> str | None:
    """Return the sentence for those who cannot speak; None when a row says it already."""
    if any(line.call is None and line.kind is not LineKind.DIRECTORY for line in lines):
        return None
    for line in lines:
        way = line.written
        if way is not None:
            return words.say("lines", way.type.value, number=way.display, app=way.app or "")
    return None


def _chosen(found: Sequence[Line], *, room: int, first: LineKind | None) -> list[Line]:
    """Take lines of the whole country: one of the kind asked for first, one that never closes."""
    everywhere = [line for line in found if line.region is None]
    crisis = [line for line in everywhere if line.kind in (LineKind.CRISIS, LineKind.DIRECTORY)]
    if len(crisis) < ENOUGH_CRISIS_LINES:
        crisis += [line for line in everywhere if line.kind is LineKind.YOUTH]
    asked_for = [line for line in everywhere if line.kind is first][:1]
    chosen = (asked_for + [line for line in crisis if line not in asked_for])[:room]
    if not any(line.hours.always for line in chosen):
        backup = [line for line in crisis if line.hours.always][:1]
        chosen = chosen[: room - len(backup)] + backup
    return chosen


def _duty_button(duty: DutyLine, words: Wordings) -> Choice:
    digits = "".join(char for char in duty.phone if char.isdigit() or char == "+")
    return Choice(words.say("lines", "call_label", number=duty.phone), duty.phone, f"tel:{digits}")


def _buttons(way: Channel, words: Wordings) -> list[Choice]:
    if way.type is ChannelType.CALL:
        label, url = "call_label", f"tel:{way.value}"
    elif way.type is ChannelType.TEXT:
        label, url = "text_label", f"sms:{way.value}"
    elif way.url is not None:
        label, url = "web_label", way.url
    else:
        return []
    return [Choice(words.say("lines", label, number=way.display), way.value, url)]
