"""A text-classification server as second reader: text-embeddings-inference's `POST /predict`.

It reads the text alone: such models are trained on single lines. The door is that of the model
server (infra/llm/egress.py): this one address, no redirects, no proxy, a deadline at the socket.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import httpx2
from huggingface_hub import get_session

from companion.ports import Masks
from companion.risk.opinion import Opinion
from companion.turns import Turn
from infra.llm.deadline import until
from infra.llm.egress import open_door
from infra.llm.failures import WIRE_ERRORS, translate
from infra.opinion.reader import NoOpinion, hidden, worth_reading
from infra.opinion.scores import opinion_from
from infra.settings import Settings

_ROUTE = "/predict"


class EndpointReader:
    """Reads with a classifier behind an address. Implements infra.opinion.reader.Reader."""

    name = "endpoint"

    def __init__(self, url: str, *, key: str, masks: Masks) -> None:
        open_door(url)
        self._url = url.rstrip("/").removesuffix(_ROUTE) + _ROUTE
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._masks = masks

    @classmethod
    def from_settings(cls, settings: Settings, *, masks: Masks) -> EndpointReader:
        """Return one for NUANYU_OPINION_URL."""
        key = settings.opinion_key.get_secret_value() if settings.opinion_key else ""
        return cls(str(settings.opinion_url), key=key, masks=masks)

    def read(self, text: str, *, history: Sequence[Turn], seconds: float) -> Opinion:  # noqa: ARG002 - see above
        """Ask the server about one text, with names and numbers hidden. Raises NoOpinion."""
        (masked,) = hidden([worth_reading(text)], self._masks())
        try:
            with until(time.monotonic() + seconds):
                answer = get_session().request(
                    "POST",
                    self._url,
                    json={"inputs": masked, "truncate": True},
                    headers=self._headers,
                    timeout=httpx2.Timeout(seconds),
                )
            if not answer.is_success:
                raise NoOpinion(f"status {answer.status_code}")
            scores = answer.json()
        except (*WIRE_ERRORS, RecursionError) as error:
            # `from None`: a parse error quotes what the server sent.
            raise NoOpinion(str(translate(error))) from None
        return opinion_from(_by_label(scores))


def _by_label(scores: Any) -> dict[str, float]:
    """Return [{"label", "score"}, …] as a table. Raises NoOpinion for anything else."""
    if not isinstance(scores, list) or not all(isinstance(one, dict) for one in scores):
        raise NoOpinion("not a list of scores")
    found = {}
    for one in scores:
        label, score = one.get("label"), one.get("score")
        if not isinstance(label, str) or type(score) not in {int, float} or label in found:
            raise NoOpinion("not a list of scores")
        found[label] = float(score)
    return found
