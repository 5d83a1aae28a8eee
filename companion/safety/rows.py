"""How one number is written on a card: its name, its digits, when somebody picks up."""

from __future__ import annotations

from datetime import datetime

from companion.campus import DutyLine
from companion.language import Language
from companion.risk.lines import Line, LineKind
from companion.safety.wordings import Wordings


def row(line: Line, *, language: Language, now: datetime, words: Wordings) -> str:
    """Return one line of a card for a hotline."""
    way = line.channels[0]
    name = line.name[language]
    says_number = way.display in name
    if line.call is None and line.kind is not LineKind.DIRECTORY:
        key = "write_bare" if says_number else "write"
        key = f"{key}_keyword" if way.keyword else key
        number = way.display
    else:
        key = "bare" if says_number else "item"
        number = name if says_number else way.display
    remark = _remark(line, language=language, now=now, words=words)
    keyword = way.keyword or ""
    return words.say("lines", key, name=name, number=number, keyword=keyword, remark=remark)


def duty_row(duty: DutyLine, *, is_open: bool, language: Language, words: Wordings) -> str:
    """Return one line of a card for the campus's own duty line."""
    says = words.say("lines", "open_now" if is_open else "closed_now")
    remark = words.say("lines", "remark", remarks=says)
    return words.say("lines", "item", name=duty.name[language], number=duty.phone, remark=remark)


def _remark(line: Line, *, language: Language, now: datetime, words: Wordings) -> str:
    remarks = _hours(line, language=language, now=now, words=words)
    if line.kind is not LineKind.DIRECTORY and not line.speaks(language):
        known = words.tables["languages"]
        spoken = words.say("lines", "or").join(known[code] for code in line.languages)
        remarks.append(words.say("lines", "spoken", languages=spoken))
    if now.date() > line.expires_at:
        remarks.append(words.say("lines", "stale"))
    if not remarks:
        return ""
    return words.say("lines", "remark", remarks=words.say("lines", "between").join(remarks))


def _hours(line: Line, *, language: Language, now: datetime, words: Wordings) -> list[str]:
    if line.kind is LineKind.DIRECTORY:
        return []
    if line.hours.always:
        return [words.say("lines", "always")]
    if line.hours.text is not None:
        return [line.hours.text[language]]
    if line.is_open(now):
        return [words.say("lines", "open_now")]
    opens = line.hours.opens_at(now)
    if opens is None:
        return [words.say("lines", "closed_now")]
    return [words.say("lines", "closed_until", opens=opens.strftime("%H:%M"))]
