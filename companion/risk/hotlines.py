"""The registry of hotlines: the only source of any phone number a student sees (law 5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from companion.language import Language
from companion.risk.line_entries import read_lines
from companion.risk.lines import Channel, ChannelType, Line, LineHours, LineKind, LineStatus

__all__ = [
    "Channel",
    "ChannelType",
    "Line",
    "LineHours",
    "LineKind",
    "LineStatus",
    "Registry",
    "registry",
]

#: How long a line past its date is still shown, with a remark.
GRACE = timedelta(days=365)
#: What a student at risk is shown unless something else is asked for.
USUAL_KINDS = (LineKind.CRISIS, LineKind.YOUTH, LineKind.EMERGENCY)
#: Countries of the registry where the European numbers work.
EUROPEAN_UNION = frozenset({"DE", "FR", "NL", "IE"})
_ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Registry:
    """All lines, in the order of the file."""

    lines: tuple[Line, ...]

    def lines_for(
        self,
        region: str,
        *,
        now: datetime,
        language: Language,
        kinds: Collection[LineKind] = USUAL_KINDS,
    ) -> tuple[Line, ...]:
        """Return the lines to show for a place and hour, the one to show first first.

        Open lines come before closed ones, lines in the student's language before others.
        A place the registry does not know gets the directory.
        """
        local = [line for line in self._of_place(region.upper()) if line.kind in kinds]
        shown = [line for line in local if not _is_too_old(line, now.date())]
        shown += _kept_in_spite_of_age(local, shown)
        if not any(line.kind is LineKind.CRISIS for line in self._of_place(region.upper())):
            shown += [line for line in self.lines if line.country == _ANYWHERE]
        return tuple(sorted(shown, key=lambda line: _order(line, now=now, language=language)))

    def known_numbers(self) -> frozenset[str]:
        """Return every number, digits only, that may appear in a message."""
        values = (way.value for line in self.lines if _may_show(line) for way in line.channels)
        return frozenset(value for value in values if value.isdigit())

    def problems(self, now: datetime) -> tuple[str, ...]:
        """Return what `nuanyu doctor` should say about the registry, one line each."""
        today = now.date()
        active = [line for line in self.lines if _may_show(line)]
        old = [line.id for line in active if line.expires_at < today]
        unverified = [line.id for line in active if line.may_be_dialled and not line.verified_by]
        found = [f"hotline {name}: the check date has passed" for name in old]
        if unverified:
            found.append(f"{len(unverified)} hotlines were never dialled: {', '.join(unverified)}")
        found += [f"hotlines for {place}: no {kind.value} line" for place, kind in self.missing()]
        return tuple(found)

    def missing(self) -> tuple[tuple[str, LineKind], ...]:
        """Return which country lacks which kind of line that every country should have."""
        countries = {line.country for line in self.lines if _may_show(line)} - {_ANYWHERE}
        return tuple(
            (country, kind)
            for country in sorted(countries)
            for kind in (LineKind.EMERGENCY, LineKind.CRISIS)
            if kind not in {line.kind for line in self._of_place(country)}
        )

    def _of_place(self, region: str) -> list[Line]:
        own = [line for line in self.lines if line.country == region and _may_show(line)]
        if region in EUROPEAN_UNION and not any(line.kind is LineKind.EMERGENCY for line in own):
            european = (line for line in self.lines if line.country == "EU")
            own += [line for line in european if line.kind is LineKind.EMERGENCY]
        return own


@cache
def registry() -> Registry:
    """Return the packaged registry, or raise ContentError naming file and entry."""
    return Registry(read_lines())


def _may_show(line: Line) -> bool:
    return line.status is not LineStatus.WITHDRAWN


def _is_too_old(line: Line, today: date) -> bool:
    return today > line.expires_at + GRACE


def _kept_in_spite_of_age(local: Sequence[Line], shown: Sequence[Line]) -> list[Line]:
    """An emergency number and one crisis line always remain, however old their check is."""
    kept: list[Line] = []
    for kind in (LineKind.CRISIS, LineKind.EMERGENCY):
        if not any(line.kind is kind for line in shown):
            kept += [line for line in local if line.kind is kind][:1]
    return kept


def _order(line: Line, *, now: datetime, language: Language) -> tuple[int, ...]:
    is_open = line.is_open(now)
    return (
        line.kind is LineKind.EMERGENCY,
        line.country == _ANYWHERE,
        is_open is False,
        now.date() > line.expires_at,
        line.region is not None,
        line.kind is not LineKind.CRISIS and line.kind is not LineKind.ABUSE,
        not line.speaks(language),
    )
