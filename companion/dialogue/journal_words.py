"""One paragraph of the model about a journal: names hidden, the answer inspected, no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, cast

from companion.dialogue.prompt import load_words, without_marks
from companion.dialogue.sentences import SentenceStream
from companion.dialogue.shape import Shape
from companion.dialogue.window import LINE_OVERHEAD, shorten
from companion.errors import ModelUnavailable
from companion.language import Language
from companion.ports import ChatLine, ChatRole, LanguageModel, Mask


def in_other_words(
    pages: Sequence[str],
    *,
    model: LanguageModel,
    mask: Mask,
    language: Language,
    known_numbers: frozenset[str],
) -> str:
    """Return a few sentences about pages, oldest first; "" when the model cannot, or may not."""
    system = load_words(language)["journal"].strip()
    room = model.prompt_tokens - model.count_tokens(system) - 2 * LINE_OVERHEAD
    told = without_marks(mask.hide("\n\n".join(pages)))
    body = shorten(told, max(room, 0), model.count_tokens)
    prompt = (ChatLine(ChatRole.SYSTEM, system), ChatLine(ChatRole.USER, body))
    shape = Shape(language=language, known_numbers=known_numbers, said=())
    passed = []
    for sentence in _sentences(model, prompt):
        passed.append(shape.pass_on(mask.restore(sentence)))
        if shape.is_full:
            break
    return "".join(passed).strip()


def _sentences(model: LanguageModel, prompt: tuple[ChatLine, ...]) -> list[str]:
    """Return the whole sentences of an answer; of one that broke off, those before."""
    growing, found = SentenceStream(), []
    try:
        with closing(cast("Any", model.stream(prompt))) as chunks:
            for chunk in chunks:
                found += growing.feed(chunk)
        found.append(growing.rest())
    except ModelUnavailable:
        return found
    return found
