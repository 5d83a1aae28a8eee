"""What happened in a case, from the audit log and the alarms, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from bot.desk.spans import listed
from bot.desk.words import Words
from companion.staff.actions import Action
from companion.staff.cases import Case, Trigger
from companion.store import Entry

#: What is done so often in a case that a line for each time would hide the rest.
_USUAL = {Action.EXCERPT, Action.NOTE, Action.RELAY_SAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line; what somebody does again and again is told once, with how often."""

    at: datetime
    shown_at: str
    what: str
    who: str
    #: "imminent to high", a colleague's name, an outcome.
    detail: str = ""
    reason: str = field(default="", repr=False)
    times: int = 1
    is_usual: bool = False


def timeline(
    case: Case,
    entries: Iterable[Entry],
    triggers: Iterable[Trigger],
    *,
    names: Mapping[UUID, str],
    w: Words,
    at: Callable[[datetime], str],
) -> list[Happening]:
    """Return everything that happened, oldest first."""
    said = w["case"]
    found = [
        Happening(
            at=entry.at,
            shown_at=at(entry.at),
            what=said["action"].get(entry.action, entry.action),
            who=_who(entry.actor, names=names, w=w),
            detail=_detail(entry.detail, names=names, w=w),
            reason=entry.reason or "",
            is_usual=entry.action in _USUAL,
        )
        for entry in entries
    ]
    for index, trigger in enumerate(triggers):
        key = "opened" if index == 0 else "alarm"
        what = said["happened"][key]
        level = w["level"][trigger.level.label]
        found.append(
            Happening(
                at=trigger.at, shown_at=at(trigger.at), what=what, who=said["system"], detail=level
            )
        )
    if case.told_nobody_at is not None:
        told = case.told_nobody_at
        what = said["happened"]["told_nobody"]
        found.append(Happening(at=told, shown_at=at(told), what=what, who=said["system"]))
    return _folded(sorted(found, key=lambda one: one.at))


def _folded(found: list[Happening]) -> list[Happening]:
    folded: list[Happening] = []
    for one in found:
        alike = [at for at, seen in enumerate(folded) if one.is_usual and _are_alike(seen, one)]
        if alike:
            folded[alike[0]] = replace(folded[alike[0]], times=folded[alike[0]].times + 1)
        else:
            folded.append(one)
    return folded


def _are_alike(one: Happening, other: Happening) -> bool:
    return (one.what, one.who) == (other.what, other.who)


def _who(actor: str, *, names: Mapping[UUID, str], w: Words) -> str:
    said = w["case"]
    if actor in {"system", "student"}:
        return str(said["system" if actor == "system" else "by_student"])
    try:
        return names.get(UUID(actor), said["somebody"])
    except ValueError:
        return str(said["somebody"])


def _detail(detail: Mapping[str, object], *, names: Mapping[UUID, str], w: Words) -> str:
    """Put the codes of a line into words; what is not known is left out."""
    if "from" in detail:
        levels = [w["level"].get(str(detail[key]), "") for key in ("from", "to")]
        return " → ".join(levels)
    if "outcome" in detail:
        outcome = w["cases"]["outcome"].get(str(detail["outcome"]), "")
        why = w["cases"]["false_alarm"].get(str(detail.get("why", "")), "")
        return listed((outcome, why), w)
    if "to" in detail:
        to = str(detail["to"])
        return str(w["case"]["queue"]) if to == "queue" else _who(to, names=names, w=w)
    if "why" in detail:
        return str(w["cases"]["false_alarm"].get(str(detail["why"]), ""))
    return ""
