"""Who watches a run besides metrics.jsonl: TensorBoard and Weights & Biases, where asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from companion.errors import BadInput
from lab.encoder.settings import Place


class Tracker(Protocol):
    """Hears figures, never a text."""

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Take what was measured after so many weight updates."""

    def close(self) -> None:
        """Hear nothing more."""


class TensorBoard:
    """Curves in a folder; `tensorboard --logdir` shows them."""

    def __init__(self, folder: Path) -> None:
        part = _part("torch.utils.tensorboard", "--tensorboard needs the package tensorboard")
        self._writer = part.SummaryWriter(str(folder))

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Add a point to each curve."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


class WeightsAndBiases:
    """A W&B run, kept in the run's folder unless WANDB_MODE=online."""

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        part = _part("wandb", "--wandb needs the package wandb: pip install wandb")
        self._run = part.init(
            project="nuanyu-encoder",
            name=folder.name,
            dir=str(folder),
            config=dict(config),
            mode=os.environ.get("WANDB_MODE", "offline"),
        )

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Hand the figures on."""
        self._run.log(dict(figures), step=step)

    def close(self) -> None:
        """End the W&B run."""
        self._run.finish()


def trackers_for(place: Place, folder: Path, config: Mapping[str, Any]) -> tuple[Tracker, ...]:
    """Return the trackers asked for; raises BadInput where their package is missing."""
    trackers: list[Tracker] = []
    if place.tensorboard:
        trackers.append(TensorBoard(folder / "tensorboard"))
    if place.wandb:
        trackers.append(WeightsAndBiases(folder, config))
    return tuple(trackers)


def _part(name: str, advice: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        raise BadInput(advice) from missing
