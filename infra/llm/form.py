"""Asking the model server to fill in a form: one short JSON answer, at once, not streamed."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

from companion.errors import ModelBroken
from companion.ports import Prompt
from infra.llm.client import ANY_MODEL, Endpoint, as_message, client_for
from infra.llm.deadline import until
from infra.llm.egress import open_door
from infra.llm.failures import WIRE_ERRORS, translate
from infra.llm.tokens import Tokens

#: Tokens of a filled form, and room for a model that thinks a little first.
_ANSWER_TOKENS = 400
#: How servers that take no schema, or none in this way, refuse it.
_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}


class FormFiller:
    """Asks one server for JSON after a schema. Safe to share between threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        open_door(endpoint.root)
        self._endpoint = endpoint
        self._tokens = Tokens(endpoint.root, key=endpoint.key, context=endpoint.context)
        self._takes_schema = True

    def fill(self, prompt: Prompt, *, schema: dict[str, Any], seconds: float) -> str:
        """Return what the server answers, which may have ignored the schema.

        Raises ModelUnavailable or one of its kind, also when `seconds` have passed.
        """
        with until(time.monotonic() + seconds), client_for(self._endpoint) as client:
            try:
                return self._ask(client, prompt, schema)
            except WIRE_ERRORS as error:
                # `from None`: an error of the wire may quote what was sent.
                raise translate(error) from None

    def _ask(self, client: InferenceClient, prompt: Prompt, schema: dict[str, Any]) -> str:
        if self._takes_schema:
            try:
                return self._said(client, prompt, schema)
            except HfHubHTTPError as error:
                if error.response.status_code not in _REFUSED:
                    raise
            answer = self._said(client, prompt, None)
            self._takes_schema = False  # Only now: it was the schema that was refused.
            return answer
        return self._said(client, prompt, None)

    def _said(self, client: InferenceClient, prompt: Prompt, schema: dict[str, Any] | None) -> str:
        # TGI reads `value`, llama.cpp and others `schema`; what a server does not know it ignores.
        wanted: Any = schema and {"type": "json_object", "value": schema, "schema": schema}
        answer = client.chat_completion(
            [as_message(line) for line in prompt],
            model=self._endpoint.model or self._tokens.model or ANY_MODEL,
            max_tokens=_ANSWER_TOKENS,
            temperature=0.0,
            response_format=wanted,
        )
        text = answer.choices[0].message.content
        if not isinstance(text, str) or not text.strip():
            raise ModelBroken("an empty answer")
        return text
