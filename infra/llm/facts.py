"""What a model server tells about itself: its window and the name of its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.llm.wire import Wire


@dataclass(frozen=True, slots=True)
class Window:
    """Token limits: of a prompt alone, and of prompt and answer together."""

    prompt: int
    total: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server told; None where it did not."""

    window: Window | None
    model: str | None


def ask_facts(wire: Wire) -> Facts:
    """Ask the ways of TGI, vLLM and llama.cpp one after the other. Raises as `Wire.ask`."""
    info = wire.ask("/info")
    if window := _from_tgi(info):
        return Facts(window, model=None)
    model = _first_model(wire.ask("/v1/models"))
    name = str(model["id"]) if model.get("id") else None
    total = _number(model.get("max_model_len")) or _from_llama_cpp(wire.ask("/props"))
    return Facts(Window(total, total) if total else None, name)


def _from_tgi(info: Any) -> Window | None:
    if not isinstance(info, dict):
        return None
    total = _number(info.get("max_total_tokens"))
    prompt = _number(info.get("max_input_tokens")) or _number(info.get("max_input_length"))
    return Window(prompt=prompt or total, total=total) if total else None


def _first_model(models: Any) -> dict[str, Any]:
    if not isinstance(models, dict) or not isinstance(models.get("data"), list):
        return {}
    first = next(iter(models["data"]), None)
    return first if isinstance(first, dict) else {}


def _from_llama_cpp(props: Any) -> int:
    if not isinstance(props, dict):
        return 0
    settings = props.get("default_generation_settings")
    inner = settings.get("n_ctx") if isinstance(settings, dict) else None
    return _number(inner) or _number(props.get("n_ctx"))


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
