"""Which articles fit what somebody wrote: by its words, and by meaning where a server tells it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, pstdev
from typing import Final

from opencc import OpenCC

from companion.care.articles import Article, packaged_articles, plain
from companion.language import Language

#: How much a word counts by where it stands in an article.
_TITLE, _KEYWORDS, _SUMMARY, _BODY = 3.0, 4.0, 2.0, 0.6
#: BM25: how soon a repeated word stops counting, and how much long articles lose.
_K1, _B = 1.2, 0.5
#: What a keyword that stands in the text as it is adds, and how many are counted.
_WHOLE_KEYWORD, _MOST_KEYWORDS = 6.0, 3
#: A match by words of this size counts half of what it can.
_HALF: Final = 10.0
#: Weight of meaning: of standard deviations above the mean of all articles.
_MEANING: Final = 0.25
#: From here on an article fits well enough to be laid before a model, unasked.
FITS: Final = 0.5
#: From here on it fits so well that it may be offered, unasked.
FITS_WELL: Final = 0.64

_TO_SIMPLIFIED = OpenCC("tw2s")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:'[a-z]+)?")
_ENDINGS = re.compile(r"(?:'s|'re|'ve|'m|ing|ed|ly|es|s)$")
_SHORTEST_STEM = 3
_SAYING_NOTHING = frozenset(
    "a an the and or but if of to in on at for with from by as is are was were be been am i i'm "
    "i've me my you your it it's its this that these those he she they we them so not no do does "
    "did don't have has had can can't could would will just very really what how when why who "
    "about there then than too more some any all up out get got go feel feeling like know think "
    "want need keep make day time one people thing everything".split()
)
_EMPTY_CJK = frozenset("我你他她它的了是在不有就也都和吗呢吧啊很会要想这那个什么怎办么们没还说到")


@dataclass(frozen=True, slots=True)
class Hit:
    """An article and how well it fits."""

    article: Article
    #: From 0 to about 2; comparable between queries.
    fit: float


@dataclass(frozen=True, slots=True)
class _Index:
    articles: tuple[Article, ...]
    #: Term → (article number, weighted frequency).
    postings: Mapping[str, tuple[tuple[int, float], ...]]
    lengths: tuple[float, ...]
    keywords: tuple[tuple[str, ...], ...]


def find_articles(
    text: str, language: Language, *, near: Mapping[str, float] | None = None, most: int = 3
) -> Sequence[Hit]:
    """Return the articles that fit, best first; those with nothing in common are left out.

    `near`: how near in meaning the text is to each article, by id (cosines); None: not known.
    """
    index = _index(language)
    words = _by_words(folded(text), index)
    meaning = _standardised(near or {})
    fits = {
        number: words.get(number, 0.0) / (words.get(number, 0.0) + _HALF)
        + _MEANING * meaning.get(article.id, 0.0)
        for number, article in enumerate(index.articles)
        if number in words or article.id in meaning
    }
    best = sorted(fits, key=lambda number: (-fits[number], index.articles[number].id))
    return [Hit(index.articles[n], fits[n]) for n in best[:most] if fits[n] > 0]


def gist(article: Article, language: Language) -> str:
    """Return what an article is about, for comparing meanings."""
    words = " ".join(article.keywords[language])
    return f"{article.title[language]}. {article.summary[language]} {words}"


def folded(text: str) -> str:
    """Return the form that words are compared in: half width, lower case, simplified."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")  # half an emoji is no letter
    lower = unicodedata.normalize("NFKC", whole).lower().replace("’", "'")
    return str(_TO_SIMPLIFIED.convert(lower))


def terms(text: str) -> list[str]:
    """Return the words of a folded text that say something: pairs of signs, stems of words."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if run[0] < "\u3400":
            if run not in _SAYING_NOTHING:
                found.append(stem(run))
            continue
        pairs = [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
        found += [pair for pair in pairs if not _EMPTY_CJK.issuperset(pair)]
    return found


def stem(word: str) -> str:
    """Return a word without its ending, roughly."""
    cut = _ENDINGS.sub("", word)
    return cut if len(cut) >= _SHORTEST_STEM else word


def _by_words(text: str, index: _Index) -> dict[int, float]:
    scores: dict[int, float] = {}
    count, usual = len(index.articles), fmean(index.lengths)
    for term in set(terms(text)):
        postings = index.postings.get(term, ())
        rarity = math.log(1 + (count - len(postings) + 0.5) / (len(postings) + 0.5))
        for number, frequency in postings:
            long = 1 - _B + _B * index.lengths[number] / usual
            weight = frequency * (_K1 + 1) / (frequency + _K1 * long)
            scores[number] = scores.get(number, 0.0) + rarity * weight
    spaced = f" {' '.join(terms(text))} "
    for number in scores:
        whole = sum(_is_in(keyword, text, spaced) for keyword in index.keywords[number])
        scores[number] += _WHOLE_KEYWORD * min(whole, _MOST_KEYWORDS)
    return scores


def _is_in(keyword: str, text: str, spaced: str) -> bool:
    if keyword[0] >= "\u3400":
        return keyword in text
    words = " ".join(terms(keyword))
    return bool(words) and f" {words} " in spaced


def _standardised(near: Mapping[str, float]) -> Mapping[str, float]:
    if len(near) < 2 or (spread := pstdev(near.values())) == 0:  # noqa: PLR2004 - no spread of one
        return {}
    mean = fmean(near.values())
    return {name: (value - mean) / spread for name, value in near.items()}


@cache
def _index(language: Language) -> _Index:
    articles = tuple(packaged_articles().values())
    postings: dict[str, list[tuple[int, float]]] = {}
    lengths = []
    for number, article in enumerate(articles):
        counts = _weighted(article, language)
        lengths.append(sum(counts.values()))
        for term, frequency in counts.items():
            postings.setdefault(term, []).append((number, frequency))
    return _Index(
        articles,
        {term: tuple(found) for term, found in postings.items()},
        tuple(lengths),
        tuple(tuple(map(folded, article.keywords[language])) for article in articles),
    )


def _weighted(article: Article, language: Language) -> Counter[str]:
    counts: Counter[str] = Counter()
    fields = (
        (_TITLE, article.title[language]),
        (_KEYWORDS, "\n".join(article.keywords[language])),
        (_SUMMARY, article.summary[language]),
        (_BODY, plain(article.body[language])),
    )
    for weight, text in fields:
        for term, frequency in Counter(terms(folded(text))).items():
            counts[term] += weight * frequency  # type: ignore[assignment] # weights are fractions
    return counts
