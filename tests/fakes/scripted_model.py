"""A LanguageModel without a network: it says or raises what the script says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from companion.errors import ModelUnavailable
from companion.ports import Prompt

#: What one call yields: pieces, and at its end perhaps an error.
Call = Sequence[str | ModelUnavailable]


class ScriptedModel:
    """Uses one call's script after the other; the last one stays."""

    def __init__(self, *calls: Call, prompt_tokens: int = 3000) -> None:
        self._calls = list(calls)
        self.prompt_tokens = prompt_tokens
        self.prompts: list[Prompt] = []
        #: Calls whose stream was closed before its end.
        self.closed_early = 0
        #: Called before each piece with its number.
        self.before_piece: Callable[[int], None] = lambda _: None

    def count_tokens(self, text: str) -> int:
        return len(text)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        self.prompts.append(prompt)
        call = self._calls.pop(0) if len(self._calls) > 1 else self._calls[0]
        for number, piece in enumerate(call):
            self.before_piece(number)
            if isinstance(piece, ModelUnavailable):
                raise piece
            try:
                yield piece
            except GeneratorExit:
                self.closed_early += 1
                raise
