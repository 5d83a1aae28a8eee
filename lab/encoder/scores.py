"""How good a model is on texts it has not learned from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch.nn import functional

from lab.encoder.tasks import Kind, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScore:
    """One label's shares, each in [0, 1], and how many texts truly have it."""

    precision: float
    recall: float
    f1: float
    texts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What was measured on one part."""

    loss: float
    accuracy: float  #: Share of texts with all labels right.
    macro_f1: float  #: Mean over the labels that occur.
    #: Share of texts with an alarming label that got one, whichever; None where none has one.
    noticed: float | None = None
    #: Share of the other texts that got one.
    false_alarms: float | None = None
    labels: dict[str, LabelScore] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """Return everything as plain values for a JSON line."""
        return asdict(self)


def score(logits: torch.Tensor, targets: torch.Tensor, task: Task) -> Scores:
    """Return the scores of raw outputs (n, labels) against the targets."""
    said, true = _choices(logits, task), _true(targets, task)
    each = {
        label: _label_score(said[:, place], true[:, place])
        for place, label in enumerate(task.labels)
    }
    occurring = [one.f1 for one in each.values() if one.texts] or [0.0]
    noticed, false_alarms = _alarms(said, true, task)
    return Scores(
        loss=_loss(logits, targets, task),
        accuracy=_share((said == true).all(-1)),
        macro_f1=sum(occurring) / len(occurring),
        noticed=noticed,
        false_alarms=false_alarms,
        labels=each,
    )


def _loss(logits: torch.Tensor, targets: torch.Tensor, task: Task) -> float:
    if task.kind is Kind.MULTI:
        return float(functional.binary_cross_entropy_with_logits(logits, targets))
    return float(functional.cross_entropy(logits, targets))


def _choices(logits: torch.Tensor, task: Task) -> torch.Tensor:
    if task.kind is Kind.MULTI:
        return logits > 0
    return functional.one_hot(logits.argmax(-1), len(task.labels)).bool()


def _true(targets: torch.Tensor, task: Task) -> torch.Tensor:
    if task.kind is Kind.MULTI:
        return targets > 0
    return functional.one_hot(targets, len(task.labels)).bool()


def _label_score(said: torch.Tensor, true: torch.Tensor) -> LabelScore:
    hits, named, texts = int((said & true).sum()), int(said.sum()), int(true.sum())
    return LabelScore(
        precision=hits / max(named, 1),
        recall=hits / max(texts, 1),
        f1=2 * hits / max(named + texts, 1),
        texts=texts,
    )


def _alarms(
    said: torch.Tensor, true: torch.Tensor, task: Task
) -> tuple[float | None, float | None]:
    places = [task.index(label) for label in task.alarms]
    if not places:
        return None, None
    raised, at_risk = said[:, places].any(-1), true[:, places].any(-1)
    noticed = _share(raised[at_risk]) if at_risk.any() else None
    false_alarms = None if at_risk.all() else _share(raised[~at_risk])
    return noticed, false_alarms


def _share(hits: torch.Tensor) -> float:
    return float(hits.float().mean())
