"""Stops asking a model that has failed several times in a row, and looks again after a while.

Students then get the guided engine at once instead of waiting for one timeout each.
Written here because breaker libraries judge a call when it returns: a stream returns at once
and succeeds with its first words, or fails in its middle, or is closed by us, which is neither.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

from companion.errors import ModelOverloaded, ModelUnavailable, PromptTooLong
from companion.ports import LanguageModel, Prompt
from infra.llm.failures import AnswerCut

#: They say nothing about the server's health: full, asked too much, talked too long.
_NO_FAULT = (ModelOverloaded, PromptTooLong, AnswerCut)


class Breaker:
    """A LanguageModel that is closed (asks), open (refuses at once) or half open (asks once).

    Safe to share between threads.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        failures: int = 5,
        cool_down: float = 10.0,  # seconds
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._most = failures
        self._cool_down = cool_down
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        """Whether the model is not being asked at present."""
        return self._opened_at is not None

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a prompt may have, the answer's share taken off."""
        return self._model.prompt_tokens

    def count_tokens(self, text: str) -> int:
        """Count tokens as the model does."""
        return self._model.count_tokens(text)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Yield what the model says; raises ModelUnavailable at once while it is open."""
        is_probe = self._enter()
        has_begun = has_failed = False
        try:
            # The port promises an iterator; every real one is a generator and can be closed.
            with closing(cast("Any", self._model.stream(prompt))) as pieces:
                for piece in pieces:
                    has_begun = has_begun or self._begun()
                    yield piece
        except _NO_FAULT:
            raise
        except ModelUnavailable:
            has_failed = True
            raise
        finally:
            self._leave(is_probe=is_probe, has_begun=has_begun, has_failed=has_failed)

    def _enter(self) -> bool:
        with self._lock:
            if self._opened_at is None:
                return False
            is_cool = self._clock() - self._opened_at >= self._cool_down
            if not is_cool or self._is_probing:
                raise ModelUnavailable("not asked: it failed several times in a row")
            self._is_probing = True
            return True

    def _begun(self) -> bool:
        # First words let the others in again, but only an answer that ends clears the count:
        # a server that breaks off every answer must still be found out.
        with self._lock:
            self._opened_at = None
        return True

    def _leave(self, *, is_probe: bool, has_begun: bool, has_failed: bool) -> None:
        with self._lock:
            self._is_probing = self._is_probing and not is_probe
            if has_failed:
                self._failures += 1
            elif has_begun:
                self._failures = 0
            if has_failed and self._failures >= self._most:
                self._opened_at = self._clock()
