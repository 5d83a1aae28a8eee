"""The model server: one client, its tokens, its breaker."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from companion.ports import LanguageModel
from infra.llm.breaker import Breaker
from infra.llm.client import Endpoint, TgiModel
from infra.settings import Settings

__all__ = [
    "Breaker",
    "Endpoint",
    "TgiModel",
    "build_model",
    "build_reflector",
    "endpoint_of",
    "root_of",
]

#: Shorter than a question waits for its sentence (seconds); and its longest (tokens).
_REFLECTS_WITHIN: Final = 2.6
_ONE_SENTENCE: Final = 120
_API_PATH = re.compile(r"(?:/v1)?(?:/chat/completions)?/*$")


def build_model(settings: Settings) -> LanguageModel | None:
    """Return the configured model behind its breaker, or None when no address is set."""
    endpoint = endpoint_of(settings)
    return None if endpoint is None else Breaker(TgiModel(endpoint))


def build_reflector(settings: Settings) -> LanguageModel | None:
    """Return the model for one short sentence that a question waits for; None without address.

    It has a breaker of its own: what is too slow for a question may be quick enough for a reply.
    """
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return None
    brief = replace(
        endpoint,
        first_token_timeout=min(endpoint.first_token_timeout, _REFLECTS_WITHIN),
        timeout=min(endpoint.timeout, _REFLECTS_WITHIN),
        answer_tokens=_ONE_SENTENCE,
    )
    return Breaker(TgiModel(brief))


def endpoint_of(settings: Settings) -> Endpoint | None:
    """Return where the model server is, or None when no address is set."""
    if settings.llm_url is None:
        return None
    key = settings.llm_key.get_secret_value() if settings.llm_key else ""
    return Endpoint(
        root=root_of(str(settings.llm_url)),
        model=settings.llm_model or None,
        key=key or "-",
        first_token_timeout=settings.llm_first_token_timeout,
        timeout=settings.llm_timeout,
        context=settings.llm_context,
        answer_tokens=settings.llm_answer_tokens,
    )


def root_of(url: str) -> str:
    """Return a server's address without the path of its chat route."""
    return _API_PATH.sub("", url)
