"""Short questions to the model server beside the talk: tokens, window, names."""

from __future__ import annotations

import time
from typing import Any

import httpx2
from huggingface_hub import get_session

from infra.llm.deadline import until

#: Longest wait for one answer (seconds).
PATIENCE = 0.4


class Wire:
    """Asks one server, through the same door as the talk (infra/llm/egress.py)."""

    def __init__(self, root: str, *, key: str) -> None:
        self._root = root
        self._headers = {"Authorization": f"Bearer {key}"}

    def ask(self, path: str, question: dict[str, Any] | None = None) -> Any:
        """Return the JSON answer, or None when the server has no such thing.

        Raises one of infra.llm.failures.WIRE_ERRORS when it does not answer in time.
        """
        with until(time.monotonic() + PATIENCE):
            answer = get_session().request(
                "GET" if question is None else "POST",
                self._root + path,
                json=question,
                headers=self._headers,
                timeout=httpx2.Timeout(PATIENCE),
            )
        if not answer.is_success:
            return None
        try:
            return answer.json()
        except ValueError:
            return None
