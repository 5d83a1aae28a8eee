"""The chat model behind `/v1/chat/completions`: TGI, and what speaks like it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx2
from huggingface_hub import InferenceClient

from companion.errors import ModelBroken
from companion.ports import ChatLine, Prompt
from infra.llm.deadline import until
from infra.llm.egress import open_door
from infra.llm.failures import WIRE_ERRORS, AnswerCut, translate
from infra.llm.thinking import without_thoughts
from infra.llm.tokens import Tokens

#: The most stop sequences TGI takes is four; these end a model that starts to play the student.
STOP = ("<|im_end|>", "<|eot_id|>", "\nUser:", "\n用户：")
#: The library's own default; TGI and llama.cpp ignore the name.
ANY_MODEL = "dummy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the model is and how long we wait for it."""

    #: The server's address, without `/v1`.
    root: str
    model: str | None = None
    key: str = field(default="-", repr=False)
    #: Longest wait for the first words, and for the whole answer (seconds).
    first_token_timeout: float = 20
    timeout: float = 60
    #: Tokens of the window, where the server does not tell; and of the longest answer.
    context: int = 4096
    answer_tokens: int = 320


class TgiModel:
    """A LanguageModel over one shared pool of connections. Safe to share between threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        open_door(endpoint.root)
        self._endpoint = endpoint
        self._tokens = Tokens(endpoint.root, key=endpoint.key, context=endpoint.context)

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a prompt may have, the answer's share taken off."""
        window = self._tokens.window
        return min(window.prompt, window.total - self._answer_tokens)

    def count_tokens(self, text: str) -> int:
        """Count tokens as the backend does, or a careful estimate when it cannot tell."""
        return self._tokens.count(text)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Yield pieces of the answer as they come; closing the iterator stops the server.

        Raises ModelOverloaded, PromptTooLong, ModelTimeout, ModelBroken or ModelUnavailable.
        """
        with closing(self._pieces(prompt)) as pieces:
            said = False
            for piece in without_thoughts(pieces):
                said = said or bool(piece.strip())
                yield piece
        if not said:
            raise ModelBroken("an empty answer")

    @property
    def _answer_tokens(self) -> int:
        return min(self._endpoint.answer_tokens, self._tokens.window.total // 2)

    def _pieces(self, prompt: Prompt) -> Generator[str, None, None]:
        payload = [as_message(line) for line in prompt]
        started = time.monotonic()
        last = started + self._endpoint.timeout
        limit = min(last, started + self._endpoint.first_token_timeout)
        # A client keeps a callback for each stream until it is closed: one client per call.
        with client_for(self._endpoint) as client:
            chunks = None
            while True:
                try:
                    with until(limit):
                        chunks = chunks or iter(self._open(client, payload))
                        chunk = next(chunks, None)
                    text, ending = _read(chunk)
                except WIRE_ERRORS as error:
                    # `from None`: a parse error quotes what the server sent.
                    raise translate(error) from None
                if text:
                    limit = last
                    yield text
                if ending == "length":
                    raise AnswerCut
                if chunk is None or ending:
                    return

    def _open(self, client: InferenceClient, messages: list[dict[str, str]]) -> Any:
        return client.chat_completion(
            messages,
            model=self._endpoint.model or self._tokens.model or ANY_MODEL,
            stream=True,
            max_tokens=self._answer_tokens,
            temperature=0.7,
            top_p=0.9,
            frequency_penalty=0.3,
            stop=list(STOP),
        )


def client_for(endpoint: Endpoint) -> InferenceClient:
    """Return a client for one call; close it after that."""
    return InferenceClient(
        base_url=f"{endpoint.root}/v1/chat/completions",
        # Always given: without it the library sends a locally saved token along.
        api_key=endpoint.key,
        # The library types it as a float and hands it on as it is.
        timeout=httpx2.Timeout(endpoint.timeout, connect=3.0, pool=3.0),  # type: ignore[arg-type]
    )


def as_message(line: ChatLine) -> dict[str, str]:
    """Return one line of a prompt as the wire wants it."""
    return {"role": line.role.value, "content": line.content}


def _read(chunk: Any) -> tuple[str, str | None]:
    # The chunk that only tells the usage has no choices; the first one has a role and no words.
    if chunk is None or not chunk.choices:
        return "", None
    choice = chunk.choices[0]
    text = choice.delta.content
    return (text if isinstance(text, str) else ""), choice.finish_reason
