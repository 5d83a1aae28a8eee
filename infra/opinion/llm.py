"""The model server as second reader: it fills in a form (companion/risk/opinion_form.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from companion.dialogue.opinion_prompt import LINES_BACK, opinion_prompt
from companion.dialogue.talk_language import detect_language
from companion.errors import ModelUnavailable
from companion.language import Language
from companion.ports import Masks
from companion.risk.opinion import Opinion
from companion.risk.opinion_form import SCHEMA, read_form
from companion.turns import Turn
from infra.llm import Endpoint, endpoint_of, root_of
from infra.llm.form import FormFiller
from infra.opinion.reader import NoOpinion, hidden
from infra.settings import Settings


class LlmReader:
    """Reads with a chat model. Implements infra.opinion.reader.Reader."""

    name = "llm"

    def __init__(self, endpoint: Endpoint, *, masks: Masks) -> None:
        self._form = FormFiller(endpoint)
        self._masks = masks

    @classmethod
    def from_settings(cls, settings: Settings, *, masks: Masks) -> LlmReader:
        """Return one for NUANYU_OPINION_URL, else for the model server that also answers."""
        endpoint = endpoint_of(settings)
        if settings.opinion_url is not None:
            # Another server: neither the key nor the model's name of the first are its business.
            key = settings.opinion_key.get_secret_value() if settings.opinion_key else ""
            endpoint = Endpoint(root=root_of(str(settings.opinion_url)), key=key or "-")
        if endpoint is None:
            raise ValueError("an opinion of `llm` without an address")
        return cls(replace(endpoint, timeout=settings.opinion_seconds), masks=masks)

    def read(self, text: str, *, history: Sequence[Turn], seconds: float) -> Opinion:
        """Ask the server about one text, with names and numbers hidden. Raises NoOpinion."""
        recent = history[-LINES_BACK:]
        *lines, masked = hidden([*(turn.text for turn in recent), text], self._masks())
        prompt = opinion_prompt(
            masked,
            [replace(turn, text=line) for turn, line in zip(recent, lines, strict=True)],
            language=detect_language(text) or Language.ZH,
        )
        try:
            answer = self._form.fill(prompt, schema=SCHEMA, seconds=seconds)
        except ModelUnavailable as error:
            raise NoOpinion(str(error)) from None
        opinion = read_form(answer)
        if opinion is None:
            raise NoOpinion("not of the form")
        return opinion
