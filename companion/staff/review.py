"""What staff said about alarms, and what that tells about each line of evidence.

This is a report for people. Nothing here changes what the screen does: its weights are data,
learned and measured by whoever trains it, and they change with a release.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from companion.risk import Kind, Level
from companion.staff.cases import FalseAlarm, Outcome, Trigger

#: Of 100 repetitions, 95 lie inside.
_Z = 1.959964
#: Endings that say nothing about whether the alarm was right.
_SILENT = frozenset({None, Outcome.DUPLICATE, Outcome.TEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """Alarms that fired for the same reasons and were judged alike, and how many they were."""

    evidence: tuple[str, ...]
    kinds: tuple[Kind, ...]
    false_alarm: FalseAlarm | None
    #: How the case ended; None while it is open.
    outcome: Outcome | None
    count: int

    @property
    def was_right(self) -> bool | None:
        """Whether the alarm was right; None while nobody can say."""
        return was_right(self.false_alarm, self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One alarm that was looked at, in its case."""

    trigger: Trigger
    case_id: UUID
    number: int
    #: The level a person left the case at.
    level: Level
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Weight:
    """How often a line of evidence stood in alarms that were right and in false ones."""

    evidence: str
    right: int
    false: int

    @property
    def of(self) -> int:
        """How many were judged."""
        return self.right + self.false

    @property
    def interval(self) -> tuple[float, float]:
        """The range in which the share of false alarms lies, with a confidence of 95 %."""
        return wilson(self.false, self.of)


def was_right(false_alarm: FalseAlarm | None, outcome: Outcome | None) -> bool | None:
    """Whether an alarm was right: a mark says no, a real ending says yes, all else says nothing."""
    if false_alarm is not None or outcome is Outcome.FALSE_ALARM:
        return False
    return None if outcome in _SILENT else True


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return Wilson's interval of a share, in [0, 1]; the whole range when nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    # At the ends the formula meets 0 and 1 exactly; rounding must not leave them out.
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    return low, 1.0 if hits == of else min(1.0, middle + reach)


def weights(fired: Iterable[Fired]) -> tuple[Weight, ...]:
    """Return one line for each piece of evidence, the most often false first.

    An alarm counts once for each of its lines, however many there are; those that nobody judged
    are left out.
    """
    right: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for each in fired:
        if each.was_right is None:
            continue
        counts = right if each.was_right else false
        for line in dict.fromkeys(each.evidence):
            counts[line] += each.count
    found = (Weight(line, right[line], false[line]) for line in {*right, *false})
    return tuple(
        sorted(found, key=lambda weight: (-weight.interval[0], -weight.of, weight.evidence))
    )


def false_by_kind(fired: Iterable[Fired]) -> dict[Kind, int]:
    """Count the false alarms of each kind, the most frequent first."""
    counts: Counter[Kind] = Counter()
    for each in fired:
        if each.was_right is False:
            for kind in each.kinds:
                counts[kind] += each.count
    return dict(counts.most_common())


def false_by_why(fired: Iterable[Fired]) -> dict[FalseAlarm, int]:
    """Count the marked alarms by why they were none, the most frequent first."""
    counts: Counter[FalseAlarm] = Counter()
    for each in fired:
        if each.false_alarm is not None:
            counts[each.false_alarm] += each.count
    return dict(counts.most_common())


def proposal(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the lines of a training set, as JSON without a word of anybody.

    Words may only join them where the student has agreed to training (separate consent); whoever
    has that consent finds the message by its id.
    """
    for each in judged:
        right = was_right(each.trigger.false_alarm, each.outcome)
        if right is None:
            continue
        why = each.trigger.false_alarm
        line = {
            "id": str(each.trigger.id),
            "message": None if each.trigger.message_id is None else str(each.trigger.message_id),
            "level_said": each.trigger.level.label,
            "level_marked": each.level.label if right else Level.NONE.label,
            "why": None if why is None else why.value,
            "kinds": [kind.value for kind in each.trigger.kinds],
            "subject": each.trigger.subject.value,
            "evidence": list(each.trigger.evidence),
        }
        yield json.dumps(line, ensure_ascii=False)
