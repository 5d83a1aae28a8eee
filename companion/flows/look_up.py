"""Finding what has been written about a student's trouble, before an answer to it is begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from companion.care.article_search import FITS, FITS_WELL, find_articles, gist
from companion.care.articles import packaged_articles
from companion.dialogue.passages import passage_of
from companion.dialogue.prompt import TalkContext
from companion.flows.services import Services
from companion.messages import Message
from companion.risk import Level

#: Passages that are laid before a model.
_MOST: Final = 2
#: Shorter lines ("嗯", "ok") ask for nothing to read.
_SHORTEST: Final = 4


def look_up(context: TalkContext, waiting: Sequence[Message], services: Services) -> TalkContext:
    """Return the context with the passages that fit these lines; most often there are none.

    Nothing is looked up for somebody at risk. May ask a server: no transaction may be open.
    """
    text = "\n".join(message.text for message in waiting).strip()
    if len(text) < _SHORTEST or context.card_shown or context.level >= Level.MODERATE:
        return context
    near = None
    if services.meanings is not None:
        gists = {one.id: gist(one, context.language) for one in packaged_articles().values()}
        near = services.meanings.near(services.masks().hide(text), gists)
    hits = find_articles(text, context.language, near=near, most=_MOST)
    passages = tuple(
        passage_of(hit.article, context.language, fits_well=hit.fit >= FITS_WELL)
        for hit in hits
        if hit.fit >= FITS
    )
    return replace(context, passages=passages)
