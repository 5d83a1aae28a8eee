"""How far a second reader, who saw no label, agreed with the writers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from companion.errors import BadInput
from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from lab.corpus.line import Line
from lab.corpus.reading import HERE

FILE = "second_labels.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the second reader said about one line, beside what its writer had said."""

    line: Line
    #: The writer's level at that time; the line's own may have been put right since.
    first: Level
    second: Level
    kinds: tuple[Kind, ...]
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Shares are in [0, 1]; a kappa is 0 by chance and 1 when all agree."""

    lines: int
    same_level: float
    level_kappa: float  #: Linear weights: two levels apart counts twice one level.
    same_side: float  #: Both at moderate or above, or both below.
    side_kappa: float
    same_subject: float
    far_apart: int  #: Lines two levels apart or more.


def readings(lines: Sequence[Line]) -> tuple[Reading, ...]:
    """Return the second labels of these lines; raises BadInput with file and line number."""
    known = {line.id: line for line in lines}
    found = []
    for number, row in enumerate((HERE / FILE).read_text(encoding="utf-8").splitlines(), 1):
        try:
            said = json.loads(row)
            if said["id"] in known:
                found.append(_reading(said, known[said["id"]]))
        except (ValueError, KeyError) as wrong:
            raise BadInput(f"{FILE}:{number}: {wrong}") from wrong
    return tuple(found)


def agreement(found: Sequence[Reading], language: Language | None = None) -> Agreement:
    """Return how far both readers agreed; raises BadInput where nothing was read twice."""
    read = [each for each in found if language in {None, each.line.language}]
    if not read:
        raise BadInput("nothing was read twice")
    levels = [(int(each.first), int(each.second)) for each in read]
    sides = [(int(each.first.needs_card), int(each.second.needs_card)) for each in read]
    return Agreement(
        lines=len(read),
        same_level=_share([one == other for one, other in levels]),
        level_kappa=kappa(levels),
        same_side=_share([one == other for one, other in sides]),
        side_kappa=kappa(sides),
        same_subject=_share([each.subject == each.line.subject for each in read]),
        far_apart=sum(abs(one - other) > 1 for one, other in levels),
    )


def kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Return Cohen's kappa with linear weights; for two classes it is the plain one."""
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    apart = sum(abs(one - other) for one, other in pairs) / len(pairs)
    by_chance = (
        sum(abs(one - other) * ones[one] * others[other] for one in ones for other in others)
        / len(pairs) ** 2
    )
    return 1.0 if by_chance == 0 else 1 - apart / by_chance


def _reading(said: dict[str, str], line: Line) -> Reading:
    second = Level[said["level"].upper()]
    first = Level[said["first"].upper()] if "first" in said else line.level
    kinds = tuple(Kind(kind) for kind in said["kinds"])
    subject = Subject(said["subject"])
    return Reading(line=line, first=first, second=second, kinds=kinds, subject=subject)


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks)
