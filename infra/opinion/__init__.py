"""The second reader beside the screen. ARCHITECTURE.md, "When parts are away"."""

from __future__ import annotations

from companion.ports import Masks, SecondOpinion
from infra.opinion.bounded import Bounded
from infra.opinion.endpoint import EndpointReader
from infra.opinion.llm import LlmReader
from infra.opinion.onnx import OnnxReader
from infra.opinion.reader import Reader
from infra.settings import Settings

__all__ = ["build_opinion", "build_reader"]


def build_opinion(settings: Settings, *, masks: Masks) -> SecondOpinion | None:
    """Return the configured second reader, bounded; None when it is off.

    Raises SettingsError when it cannot work: a part is not installed, a file is missing or wrong.
    """
    reader = build_reader(settings, masks=masks)
    return None if reader is None else Bounded(reader, seconds=settings.opinion_seconds)


def build_reader(settings: Settings, *, masks: Masks) -> Reader | None:
    """Return the reader itself, which says why it is silent. Raises SettingsError."""
    match settings.opinion:
        case "llm":
            return LlmReader.from_settings(settings, masks=masks)
        case "endpoint":
            return EndpointReader.from_settings(settings, masks=masks)
        case "onnx":
            return OnnxReader.from_settings(settings)
    return None
