"""Short articles to read: what a trouble is, what may help, when to talk to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from companion.care.content_reader import NAME, Place
from companion.care.exercise_file import packaged_exercises
from companion.care.exercises import TOPICS, packaged_documents
from companion.errors import ContentError
from companion.language import Language

Wording = Mapping[Language, str]

#: The longest piece of an article that is shown at once (characters).
_AT_ONCE: Final = {Language.ZH: 330, Language.EN: 1150}
_KEYS: Final = frozenset("id topics exercises sources title summary keywords body".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One short article with its sources."""

    id: str
    topics: tuple[str, ...]
    #: Ids of exercises that go with it.
    exercises: tuple[str, ...]
    sources: tuple[str, ...]
    title: Wording
    summary: Wording
    #: What students write when they need it.
    keywords: Mapping[Language, tuple[str, ...]]
    body: Wording

    def parts(self, language: Language) -> list[str]:
        """Return the text in pieces for a phone, cut between paragraphs; never empty."""
        parts: list[str] = []
        for paragraph in plain(self.body[language]).split("\n\n"):
            if parts and len(parts[-1]) + len(paragraph) <= _AT_ONCE[language]:
                parts[-1] = f"{parts[-1]}\n\n{paragraph}"
            else:
                parts.append(paragraph)
        return parts


def plain(text: str) -> str:
    """Return a text without its marks of emphasis."""
    return text.replace("**", "").strip()


def read_article(document: Mapping[str, Any], *, file: str) -> Article:
    """Return the article of a file. Raises ContentError with everything that is wrong."""
    article, problems = _read(document, file)
    if problems:
        raise ContentError("; ".join(problems))
    return article


def check_article(document: Mapping[str, Any], *, file: str) -> list[str]:
    """Return everything that is wrong with a file; empty when nothing is."""
    return _read(document, file)[1]


@cache
def packaged_articles() -> Mapping[str, Article]:
    """Return the articles that come with Nuanyu, by id. Raises ContentError."""
    found = (
        read_article(document, file=f"articles/{name}")
        for name, document in packaged_documents("articles")
    )
    return MappingProxyType({article.id: article for article in found})


def _read(document: Mapping[str, Any], file: str) -> tuple[Article, list[str]]:
    place = Place(document, file)
    place.only(_KEYS)
    name = place.text("id")
    if not NAME.fullmatch(name) or name != file.rpartition("/")[2].removesuffix(".toml"):
        place.wrong("'id' must be lower case, and the name of the file")
    topics, exercises = _list(place, "topics"), _list(place, "exercises", needed=False)
    for unknown in sorted(set(topics) - set(TOPICS)):
        place.wrong(f"unknown topic '{unknown}'; known: {', '.join(TOPICS)}")
    for unknown in sorted(set(exercises) - set(packaged_exercises())):
        place.wrong(f"unknown exercise '{unknown}'")
    article = Article(
        id=name,
        topics=topics,
        exercises=exercises,
        sources=_list(place, "sources"),
        title=place.wording("title"),
        summary=place.wording("summary"),
        keywords=_keywords(place),
        body=place.wording("body"),
    )
    return article, place.problems


def _keywords(place: Place) -> Mapping[Language, tuple[str, ...]]:
    table = place.table.get("keywords")
    if not isinstance(table, dict):
        place.wrong("'keywords' must have a list for zh and one for en")
        return {}
    inside = Place(table, f"{place.where}, keywords", place.problems)
    return {language: _list(inside, language.value) for language in Language}


def _list(place: Place, key: str, *, needed: bool = True) -> tuple[str, ...]:
    found = place.table.get(key, [])
    is_sound = isinstance(found, list) and all(isinstance(one, str) and one for one in found)
    if not is_sound or (needed and not found):
        place.wrong(f"'{key}' must be a list of texts" + (", with one at least" if needed else ""))
        return ()
    return tuple(found)
