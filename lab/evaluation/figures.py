"""What is measured of one screening on one part of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from companion.risk.levels import Kind, Level
from lab.evaluation.groups import elsewhere, implicit, loud, ordinary
from lab.evaluation.judged import Judged
from lab.evaluation.metrics import (
    Binary,
    Share,
    binary,
    calibration_error,
    f1_by_label,
    share,
    threshold_for,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The main figures; at risk means moderate and above, harmless means none."""

    lines: int
    at_risk: Binary
    #: Of the harmless lines: called moderate or above, called watch or above.
    raised: Share
    watched: Share
    #: Of the high and imminent lines: called below moderate.
    grave_missed: Share
    #: Of the lines at risk without any keyword: noticed.
    implicit: Share
    #: Raised, of the harmless lines with 死, "kill" and the like, of idioms and fiction, and of
    #: small talk and everyday stress.
    loud: Share
    elsewhere: Share
    ordinary: Share
    #: How far `score` lies from the share of lines that are at risk.
    calibration_error: float
    #: At risk and noticed, were the threshold such that 3 % or 5 % of these harmless lines are
    #: raised: fair between screenings that stand at different thresholds.
    at_three_percent: float | None
    at_five_percent: float | None
    median_milliseconds: float
    p99_milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What only a screening with levels, kinds and subjects can be asked."""

    same_level: Share
    #: Of the lines above none: the right subject.
    same_subject: Share
    kind_f1: dict[str, float]

    @property
    def kind_macro_f1(self) -> float:
        """The mean F1 of the kinds that occur."""
        return sum(self.kind_f1.values()) / max(1, len(self.kind_f1))


def figures_of(found: Sequence[Judged]) -> Figures:
    """Return the main figures; `found` must hold a line at least."""
    at_risk = [one.is_at_risk for one in found]
    raised = [one.raised for one in found]
    harmless = [one for one in found if one.is_harmless]
    times = [one.milliseconds for one in found]
    return Figures(
        lines=len(found),
        at_risk=binary(at_risk, raised),
        raised=share((one.raised for one in harmless), resampled=True),
        watched=share((one.watched for one in harmless), resampled=True),
        grave_missed=share(not one.raised for one in found if one.line.level >= Level.HIGH),
        implicit=share((one.raised for one in implicit(found)), resampled=True),
        loud=share((one.raised for one in loud(found)), resampled=True),
        elsewhere=share((one.raised for one in elsewhere(found)), resampled=True),
        ordinary=share((one.raised for one in ordinary(found)), resampled=True),
        calibration_error=calibration_error([one.said.score for one in found], at_risk),
        at_three_percent=_noticed_at(found, raised=0.03),
        at_five_percent=_noticed_at(found, raised=0.05),
        median_milliseconds=float(np.median(times)),
        p99_milliseconds=float(np.quantile(times, 0.99)),
    )


def _noticed_at(found: Sequence[Judged], *, raised: float) -> float | None:
    """Return the share noticed by score alone where so many harmless lines are raised."""
    harmless = [one.said.score for one in found if one.is_harmless]
    at_risk = [one.said.score for one in found if one.is_at_risk]
    if not harmless or not at_risk:
        return None
    threshold = threshold_for(harmless, raised=raised)
    return share(score >= threshold for score in at_risk).value


def detail_of(found: Sequence[Judged]) -> Detail:
    """Return how well levels, subjects and kinds are told apart."""
    worrying = [one for one in found if not one.is_harmless]
    return Detail(
        same_level=share(one.line.level is one.said.level for one in found),
        same_subject=share(one.line.subject is one.said.subject for one in worrying),
        kind_f1=f1_by_label(
            [one.line.kinds for one in worrying], [one.said.kinds for one in worrying], Kind
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group of lines: those at risk that were noticed, those harmless that were raised."""

    noticed: Share
    raised: Share


def row_of(found: Sequence[Judged]) -> Row:
    """Return both shares of a group."""
    return Row(
        noticed=share(one.raised for one in found if one.is_at_risk),
        raised=share(one.raised for one in found if one.is_harmless),
    )
