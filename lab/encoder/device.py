"""Where and how exactly to compute, and the dice."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from companion.errors import BadInput
from lab.encoder.settings import Device, Precision


def pick_device(wanted: Device) -> torch.device:
    """Return the device asked for, `auto` being cuda, then mps, then cpu; raises BadInput."""
    there = {
        Device.CUDA: torch.cuda.is_available(),
        Device.MPS: torch.backends.mps.is_available(),
        Device.CPU: True,
    }
    if wanted is Device.AUTO:
        wanted = next(device for device, usable in there.items() if usable)
    if not there[wanted]:
        raise BadInput(f"this machine has no {wanted} device; leave --device away")
    return torch.device(wanted.value)


def pick_precision(wanted: Precision, device: torch.device) -> Precision:
    """Return what the device can do; raises BadInput for half precision without cuda."""
    if wanted is Precision.AUTO:
        if device.type != "cuda":
            return Precision.FP32
        return Precision.BF16 if torch.cuda.is_bf16_supported() else Precision.FP16
    if wanted is not Precision.FP32 and device.type != "cuda":
        raise BadInput(f"--precision {wanted} needs a cuda device; use fp32 on {device.type}")
    return wanted


def autocast(precision: Precision, device: torch.device) -> AbstractContextManager[Any]:
    """Return the context in which the forward pass runs."""
    if precision is Precision.FP32:
        return nullcontext()
    half = torch.bfloat16 if precision is Precision.BF16 else torch.float16
    context: AbstractContextManager[Any] = torch.autocast(device.type, dtype=half)
    return context


def seed_everything(seed: int) -> None:
    """Start every source of chance anew."""
    random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)


def dice() -> dict[str, Any]:
    """Return where torch's random numbers stand, to go on from there."""
    return {
        "cpu": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def set_dice(state: dict[str, Any]) -> None:
    """Put torch's random numbers where `dice` saw them."""
    torch.set_rng_state(state["cpu"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
