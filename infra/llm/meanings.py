"""Nearness in meaning, from a server that turns texts into vectors; when it is away, nobody waits.

The door is that of the model server (infra/llm/egress.py): this one address, no redirects.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx2
import numpy as np
from huggingface_hub import InferenceClient
from numpy.typing import NDArray

from infra.llm.deadline import until
from infra.llm.egress import open_door
from infra.llm.failures import WIRE_ERRORS
from infra.settings import Settings

Vectors = NDArray[np.float64]

#: After a failure nobody is asked for this long (seconds).
_REST: Final = 60.0
#: Fixed texts are sent in batches of this size, which every server takes, with more time.
_BATCH: Final = 16
_PATIENCE_FOR_FIXED: Final = 4


class EmbeddedMeanings:
    """Implements companion.ports.Meanings. Fixed texts are asked for once in a process."""

    def __init__(self, url: str, *, key: str = "-", seconds: float) -> None:
        open_door(url)
        self._url, self._key, self._seconds = url, key, seconds
        self._known: dict[str, Vectors] = {}
        self._rests_until = 0.0
        self._lock = threading.Lock()

    @classmethod
    def from_settings(cls, settings: Settings) -> EmbeddedMeanings:
        """Return one for NUANYU_EMBED_URL."""
        key = settings.embed_key.get_secret_value() if settings.embed_key else "-"
        return cls(str(settings.embed_url), key=key, seconds=settings.embed_seconds)

    def near(self, text: str, passages: Mapping[str, str]) -> Mapping[str, float] | None:
        """Return how near a text is to each passage (cosine), by its name; None when away."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            (vector,) = self._vectors([text], seconds=self._seconds)
            self._learn(list(passages.values()))
            return {name: float(self._known[one] @ vector) for name, one in passages.items()}
        except WIRE_ERRORS:
            # Whatever it said instead: words alone decide.
            self._rests_until = time.monotonic() + _REST
            return None

    def _learn(self, texts: Sequence[str]) -> None:
        with self._lock:
            fresh = [text for text in texts if text not in self._known]
            for at in range(0, len(fresh), _BATCH):
                batch = fresh[at : at + _BATCH]
                vectors = self._vectors(batch, seconds=self._seconds * _PATIENCE_FOR_FIXED)
                self._known.update(zip(batch, vectors, strict=True))

    def _vectors(self, texts: Sequence[str], *, seconds: float) -> Vectors:
        """Return one vector of length one for each text. Raises one of WIRE_ERRORS."""
        with (
            InferenceClient(
                base_url=self._url,
                # Always given: without it the library sends a locally saved token along.
                api_key=self._key,
                timeout=httpx2.Timeout(seconds, connect=min(seconds, 3.0)),  # type: ignore[arg-type]
            ) as client,
            until(time.monotonic() + seconds),
        ):
            answer: Any = client.feature_extraction(list(texts), truncate=True)
        vectors = np.asarray(answer, dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():  # noqa: PLR2004 - rows of vectors
            raise ValueError("not a vector for each text")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not lengths.all():
            raise ValueError("a vector without length")
        return np.asarray(vectors / lengths)
