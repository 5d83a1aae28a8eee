"""What a reply may draw on: pieces of articles, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from companion.care.article_search import folded, terms
from companion.care.articles import Article, plain
from companion.language import Language

#: How much of an article a model reads (characters).
_LONGEST: Final = {Language.ZH: 420, Language.EN: 1100}
#: A reply drew on a passage when it shares so many telling words with it that the student had not
#: used, and they make up so much of it.
_SHARED, _SHARE = 6, 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of an article that fits what a student wrote."""

    id: str
    title: str
    text: str = field(repr=False)
    #: Whether it fits so well that the article may be offered.
    fits_well: bool = False


def passage_of(article: Article, language: Language, *, fits_well: bool) -> Passage:
    """Return the beginning of an article, whole paragraphs only."""
    kept = [article.summary[language]]
    room = _LONGEST[language] - len(kept[0])
    for paragraph in plain(article.body[language]).split("\n\n"):
        room -= len(paragraph)
        if room < 0:
            break
        kept.append(paragraph)
    return Passage(
        id=article.id,
        title=article.title[language],
        text="\n".join(kept),
        fits_well=fits_well,
    )


def drawn_on(reply: str, passages: Sequence[Passage], *, said: str) -> Passage | None:
    """Return the passage that a reply used: it names the title, or says what only the passage did.

    `said` is what the student wrote: words of theirs that come back prove nothing.
    """
    named = [one for one in passages if one.title.casefold() in reply.casefold()]
    if named:
        return named[0]
    own = set(terms(folded(reply))) - set(terms(folded(said)))
    shared = {one.id: len(own & set(terms(folded(one.text)))) for one in passages}
    best = max(passages, key=lambda one: shared[one.id], default=None)
    if best is None or shared[best.id] < max(_SHARED, _SHARE * len(own)):
        return None
    return best
