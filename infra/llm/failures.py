"""What an error of the wire means for the answer. No message carries words of a student."""

from __future__ import annotations

import re

import httpcore2
import httpx2
from huggingface_hub.errors import (
    HfHubHTTPError,
    InferenceTimeoutError,
    OverloadedError,
    TextGenerationError,
    ValidationError,
)

from companion.errors import (
    ModelBroken,
    ModelOverloaded,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)


class AnswerCut(ModelBroken):
    """The answer reached its longest length before it came to an end; the server is well."""


#: Everything that a call can raise; the last five are what nonsense on the wire turns into.
WIRE_ERRORS = (
    httpx2.HTTPError,
    httpx2.StreamError,
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ConnectionNotAvailable,
    HfHubHTTPError,
    TextGenerationError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
)

_NO_CONNECTION = (
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
    httpx2.ConnectError,
)
_TOO_SLOW = (httpcore2.TimeoutException, httpx2.TimeoutException, InferenceTimeoutError)
# TGI: "`inputs` must have less than …", "`inputs` tokens + `max_new_tokens` must be <= …";
# vLLM: "maximum context length is …"; llama.cpp: "exceeds the available context size".
_ABOUT_LENGTH = re.compile(r"token|context|too long|length|exceed", re.IGNORECASE)
_LENGTH_STATUSES = {400, 413, 422, 500}
_AWAY_STATUSES = {502, 503, 504}
_TOO_MANY = 429
_OUR_FAULT = range(300, 424)


def translate(error: Exception) -> ModelUnavailable:
    """Return the error of ours that says what happened."""
    if isinstance(error, HfHubHTTPError):
        return _from_status(error)
    if isinstance(error, OverloadedError):
        return ModelOverloaded("overloaded in the middle of an answer")
    if isinstance(error, ValidationError):
        return PromptTooLong("refused in the stream")
    if isinstance(error, _NO_CONNECTION):
        return ModelUnavailable("no connection")
    if isinstance(error, _TOO_SLOW):
        return ModelTimeout("no answer within the deadline")
    return ModelBroken(f"the stream broke ({type(error).__name__})")


def _from_status(error: HfHubHTTPError) -> ModelUnavailable:
    status = error.response.status_code
    if status == _TOO_MANY:
        return ModelOverloaded("status 429")
    if status in _LENGTH_STATUSES and _ABOUT_LENGTH.search(_body(error)):
        return PromptTooLong(f"status {status}")
    if status in _AWAY_STATUSES or status in _OUR_FAULT:
        return ModelUnavailable(f"status {status}")
    return ModelBroken(f"status {status}")


def _body(error: HfHubHTTPError) -> str:
    try:
        return error.response.text
    except httpx2.ResponseNotRead:
        return error.server_message or ""
