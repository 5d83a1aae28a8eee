"""Floors of recall and ceilings of false alarms that no change may break unseen.

floors.toml holds, for groups of lines of the development part, how many of how many were noticed
or raised when somebody last looked. A group may lose one line at risk, and no more; it may not
raise one harmless line more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.errors import ContentError
from companion.language import Language
from companion.risk.levels import Level
from lab.evaluation.figures import row_of
from lab.evaluation.groups import by_slice, elsewhere, implicit, loud, ordinary
from lab.evaluation.judged import Judged
from lab.evaluation.metrics import Share, share

FILE = Path(__file__).parent / "floors.toml"
NOTICED, RAISED, WATCHED = "noticed", "raised", "watched"
_ABOUT = """\
# What the shipped screening did on the development part when somebody last looked: of how many
# lines at risk it noticed how many, and how many harmless lines it raised (to moderate) or watched.
# `python -m lab floors` compares; `python -m lab floors --write` records, after a person has looked
# at `python -m lab eval --errors` and finds that the change is worth what it costs.
"""

#: Of each group of lines, what was counted: {"every line": {"noticed": ...}}.
Counts = Mapping[str, Mapping[str, Share]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A group of lines on which the screening got worse."""

    group: str
    what: str
    was: Share
    now: Share | None

    def __str__(self) -> str:
        """Return a line for people."""
        was = f"{self.was.hits} of {self.was.of}"
        now = "no such lines" if self.now is None else f"{self.now.hits} of {self.now.of}"
        return f"{self.group}: {self.what} {now}, was {was}"


def counts(found: Sequence[Judged]) -> Counts:
    """Return what is counted in each group of judged lines of one language."""
    groups = {
        "every line": found,
        "high and imminent": [one for one in found if one.line.level >= Level.HIGH],
        "at risk, no keyword": implicit(found),
        "harmless, loud words": loud(found),
        "idioms and fiction": elsewhere(found),
        "ordinary chat": ordinary(found),
        **{f"slice {name}": group for name, group in by_slice(found).items()},
    }
    counted = {name: _counted(group) for name, group in groups.items()}
    counted["every line"][WATCHED] = share(one.watched for one in found if one.is_harmless)
    return {name: what for name, what in counted.items() if what}


def shortfalls(now: Counts, floors: Counts, language: Language) -> Iterator[Shortfall]:
    """Yield every group that notices less or raises more than its floor allows."""
    for group, whats in floors.items():
        for what, was in whats.items():
            found = now.get(group, {}).get(what)
            if found is None or _is_worse(what, found, was):
                yield Shortfall(group=f"{language} {group}", what=what, was=was, now=found)


def read(file: Path = FILE) -> Mapping[Language, Counts]:
    """Return the recorded floors; raises ContentError for a file that cannot be used."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        return {
            Language(language): {
                group: {what: _share(pair) for what, pair in whats.items()}
                for group, whats in groups.items()
            }
            for language, groups in document.items()
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ContentError(f"{file.name}: {error}") from error


def write(found: Mapping[Language, Counts], file: Path = FILE) -> None:
    """Record floors."""
    parts = [_ABOUT]
    for language, groups in found.items():
        for group, whats in groups.items():
            parts.append(f'[{language}."{group}"]')
            parts.extend(f"{what} = [{one.hits}, {one.of}]" for what, one in whats.items())
            parts.append("")
    file.write_text("\n".join(parts), encoding="utf-8")


def _counted(group: Sequence[Judged]) -> dict[str, Share]:
    row = row_of(group)
    both = {NOTICED: row.noticed, RAISED: row.raised}
    return {what: one for what, one in both.items() if one.of}


def _is_worse(what: str, now: Share, was: Share) -> bool:
    """Compare shares in whole lines, so that a part that grew is held to the same share."""
    expected = was.hits * now.of
    if what == NOTICED:
        return (now.hits + 1) * was.of < expected
    return (now.hits - 1) * was.of >= expected


def _share(pair: Any) -> Share:
    hits, of = pair
    if not (isinstance(hits, int) and isinstance(of, int) and 0 <= hits <= of and of):
        raise ValueError(f"{pair} is not [some, of so many]")
    return Share(hits=hits, of=of)
