"""The one training loop: all methods differ in their loss, their texts and what they train."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from tqdm import tqdm

from companion.errors import NuanyuError
from lab.encoder.batches import Batch, Encoded, cut
from lab.encoder.checkpoints import load_state, put_back, save_state, trained_part
from lab.encoder.device import autocast, dice, pick_precision, set_dice
from lab.encoder.runs import Run
from lab.encoder.scores import Scores
from lab.encoder.settings import Precision, Training


class Diverged(NuanyuError):
    """The loss is no number any more: take a lower --rate or a longer --warmup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What is learned."""

    #: Holds everything that is trained; parameters without gradient stay as they are.
    learner: torch.nn.Module
    texts: Encoded
    loss: Callable[[Batch], torch.Tensor]
    #: The places of the texts in the order of a round.
    order: Callable[[int], list[int]]
    #: Measures on the development part; a higher macro F1 is better.
    measure: Callable[[], Scores]


@dataclass(slots=True)
class Progress:
    """Where a run stands; all of it is saved."""

    epoch: int = 0  #: Rounds done.
    batch: int = 0  #: Batches done of the round that runs.
    updates: int = 0
    loss: float = 0.0  #: Sum over the batches of the round that runs.
    best: tuple[float, float] = (-1.0, -math.inf)  #: Macro F1, and the loss turned round.
    best_epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


def train(lesson: Lesson, training: Training, run: Run, device: torch.device) -> Progress:
    """Train until the rounds are over or nothing gets better; the learner ends at its best."""
    loop = _Loop(lesson, training, run, device)
    try:
        if run.resume and run.last_state.exists():
            loop.restore()
        while not loop.finished:
            loop.round()
    finally:
        run.close()
    put_back(lesson.learner, load_state(run.best_state))
    return loop.progress


class _Loop:
    def __init__(self, lesson: Lesson, training: Training, run: Run, device: torch.device) -> None:
        self._lesson, self._training, self._run, self._device = lesson, training, run, device
        self._precision = pick_precision(training.precision, device)
        self._batches = math.ceil(len(lesson.order(0)) / training.batch)
        self._optimizer = _optimizer(lesson.learner, training)
        total = training.epochs * math.ceil(self._batches / training.accumulate)
        self._schedule = _schedule(self._optimizer, total, training.warmup)
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._precision is Precision.FP16)
        self.progress = Progress()

    @property
    def finished(self) -> bool:
        at, training = self.progress, self._training
        stale = training.patience and at.epoch - at.best_epoch >= training.patience
        return at.epoch >= training.epochs or bool(stale and at.epoch)

    def round(self) -> None:
        """Go once over the texts, or over what an interruption left of them."""
        at, batches = self.progress, self._round_batches()
        self._lesson.learner.train()
        bar = tqdm(
            total=len(batches),
            initial=at.batch,
            desc=f"round {at.epoch + 1}/{self._training.epochs}",
            disable=self._run.quiet or None,
            leave=False,
        )
        with bar:
            for place in range(at.batch, len(batches)):
                self._backward(batches[place], self._group(place))
                at.batch += 1
                if at.batch % self._training.accumulate == 0 or at.batch == len(batches):
                    self._update()
                bar.update()
        self._close_round()

    def _round_batches(self) -> list[Any]:
        return list(cut(self._lesson.order(self.progress.epoch), self._training.batch))

    def _group(self, place: int) -> int:
        """Return how many batches share the coming update; the last group may be smaller."""
        start = place - place % self._training.accumulate
        return min(self._training.accumulate, self._batches - start)

    def _backward(self, places: list[int], group: int) -> None:
        batch = self._lesson.texts.batch(places, self._device)
        with autocast(self._precision, self._device):
            loss = self._lesson.loss(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise Diverged
        self._scaler.scale(loss / group).backward()
        self.progress.loss += value

    def _update(self) -> None:
        at = self.progress
        self._scaler.unscale_(self._optimizer)
        torch.nn.utils.clip_grad_norm_(self._lesson.learner.parameters(), self._training.clip)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._schedule.step()
        self._optimizer.zero_grad(set_to_none=True)
        at.updates += 1
        if self._training.save_every and at.updates % self._training.save_every == 0:
            self.save()

    def _close_round(self) -> None:
        at, scores = self.progress, self._lesson.measure()
        loss, at.loss, at.batch, at.epoch = at.loss / self._batches, 0.0, 0, at.epoch + 1
        at.history.append(
            {"epoch": at.epoch, "updates": at.updates, "train_loss": loss, "dev": scores.row()}
        )
        if (scores.macro_f1, -scores.loss) > at.best:
            at.best, at.best_epoch = (scores.macro_f1, -scores.loss), at.epoch
            save_state(self._run.best_state, trained_part(self._lesson.learner))
        self.save()
        self._run.write_metrics(at.history)
        self._run.log(
            at.updates,
            {"train/loss": loss, "dev/loss": scores.loss, "dev/macro_f1": scores.macro_f1},
        )

    def save(self) -> None:
        """Write everything that going on from here needs."""
        at = self.progress
        state = {
            "learner": trained_part(self._lesson.learner),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "scaler": self._scaler.state_dict(),
            "dice": dice(),
            "progress": {name: getattr(at, name) for name in Progress.__slots__},
        }
        save_state(self._run.last_state, state)

    def restore(self) -> None:
        """Go on from what `save` wrote."""
        state = load_state(self._run.last_state)
        put_back(self._lesson.learner, state["learner"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._scaler.load_state_dict(state["scaler"])
        set_dice(state["dice"])
        self.progress = Progress(**state["progress"])


def _optimizer(learner: torch.nn.Module, training: Training) -> torch.optim.AdamW:
    trained = [part for part in learner.parameters() if part.requires_grad]
    return torch.optim.AdamW(
        [
            {
                "params": [part for part in trained if part.ndim > 1],
                "weight_decay": training.weight_decay,
            },
            {"params": [part for part in trained if part.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=training.rate,
    )


def _schedule(
    optimizer: torch.optim.AdamW, total: int, warmup: float
) -> torch.optim.lr_scheduler.LambdaLR:
    rising = max(1, round(total * warmup)) if warmup else 0

    def share(update: int) -> float:
        if update < rising:
            return (update + 1) / (rising + 1)
        return max(0.0, (total - update) / max(1, total - rising))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, share)
