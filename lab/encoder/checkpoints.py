"""State on disk: written whole or not at all, read without running anything it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from companion.errors import BadInput


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values; an interruption leaves the file of before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load_state(path: Path) -> dict[str, Any]:
    """Return what `save_state` wrote, on the CPU."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def trained_part(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return a copy of the parameters that are being trained, by name."""
    return {
        name: part.detach().cpu().clone()
        for name, part in module.named_parameters()
        if part.requires_grad
    }


@torch.no_grad()
def put_back(module: torch.nn.Module, trained: dict[str, torch.Tensor]) -> None:
    """Set the trained parameters; raises BadInput where they belong to another model."""
    expected = {name: part for name, part in module.named_parameters() if part.requires_grad}
    if expected.keys() != trained.keys() or any(
        part.shape != trained[name].shape for name, part in expected.items()
    ):
        raise BadInput("the saved weights belong to another model or method")
    for name, part in expected.items():
        part.copy_(trained[name])
