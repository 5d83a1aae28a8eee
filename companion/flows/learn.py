"""Articles in the student's hands: by topic, by their own words, read in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from companion.care.article_search import find_articles
from companion.care.articles import Article, packaged_articles
from companion.care.content_reader import LABEL_WIDTH, width
from companion.care.exercises import TOPICS
from companion.care.shelf import shelf
from companion.flows.order import Order
from companion.language import Language
from companion.messages import Choice
from companion.texts import say

#: Articles, and topics, that are shown at once.
_A_FEW: Final = 5
_TOPICS: Final = 8
#: Related exercises under an article.
_EXERCISES: Final = 2


def learn(order: Order) -> None:
    """Carry out /learn: topics, `for topic [page]`, an article by its id, or words to look for."""
    known = packaged_articles()
    topics = [topic for topic in TOPICS if any(topic in one.topics for one in known.values())]
    match order.argument.split():
        case [] | ["topics"]:
            _ask(order, topics[:_TOPICS], has_more=len(topics) > _TOPICS)
        case ["topics", "more"]:
            _ask(order, topics[_TOPICS:], has_more=False)
        case ["for", topic, *page] if topic in topics:
            found = sorted(
                (one for one in known.values() if topic in one.topics),
                key=lambda one: (one.topics.index(topic), one.id),
            )
            _list(order, found, topic=topic, page=_number(page, usual=0))
        case [name, *part] if name in known:
            _read(order, known[name], part=_number(part, usual=1))
        case _:
            _find(order)


def open_button(article: str, title: str, *, language: Language) -> Choice:
    """Return the button that opens an article."""
    return Choice(_short(say("learn.open", language, title=title)), f"/learn {article}")


def _ask(order: Order, topics: Sequence[str], *, has_more: bool) -> None:
    choices = [Choice(say(f"topic.{one}", order.language), f"/learn for {one}") for one in topics]
    if has_more:
        choices.append(Choice(say("learn.more_topics", order.language), "/learn topics more"))
    order.answer(say("learn.ask", order.language), *choices)


def _list(order: Order, found: Sequence[Article], *, topic: str, page: int) -> None:
    shown = found[page * _A_FEW : (page + 1) * _A_FEW] or found[:_A_FEW]
    choices = list(_titles(order, shown))
    if len(found) > _A_FEW:
        following = page + 1 if (page + 1) * _A_FEW < len(found) else 0
        others = say("learn.others", order.language)
        choices.append(Choice(others, f"/learn for {topic} {following}"))
    choices.append(Choice(say("learn.topics", order.language), "/learn topics"))
    order.answer(say("learn.here", order.language), *choices)


def _titles(order: Order, articles: Sequence[Article]) -> Iterator[Choice]:
    for one in articles:
        yield Choice(_short(one.title[order.language]), f"/learn {one.id}")


def _find(order: Order) -> None:
    hits = find_articles(order.argument, order.language)
    topics = Choice(say("learn.topics", order.language), "/learn topics")
    if not hits:
        order.answer(say("learn.none", order.language), topics)
        return
    found = _titles(order, [hit.article for hit in hits])
    order.answer(say("learn.found", order.language), *found, topics)


def _read(order: Order, article: Article, *, part: int) -> None:
    language = order.language
    parts = article.parts(language)
    at = min(max(part, 1), len(parts))
    text = parts[at - 1]
    if at == 1:
        text = f"{article.title[language]}\n\n{text}"
    if at < len(parts):
        go_on = say("learn.go_on", language, part=at + 1, parts=len(parts))
        order.answer(text, Choice(go_on, f"/learn {article.id} {at + 1}"))
        return
    sources = "\n".join(f"· {source}" for source in article.sources)
    order.answer(
        f"{text}\n\n{say('learn.sources', language, sources=sources)}",
        *_exercises(order, article),
        Choice(say("learn.topics", language), "/learn topics"),
    )


def _exercises(order: Order, article: Article) -> Iterator[Choice]:
    known = shelf(order.campus)
    for name in [name for name in article.exercises if name in known][:_EXERCISES]:
        title = known[name].title[order.language]
        yield Choice(_short(say("learn.try", order.language, title=title)), f"/exercise {name}")


def _number(words: Sequence[str], *, usual: int) -> int:
    return int(words[0]) if words and words[0].isdecimal() and len(words[0]) <= 2 else usual  # noqa: PLR2004 - two digits


def _short(label: str) -> str:
    if width(label) <= LABEL_WIDTH:
        return label
    while width(label) >= LABEL_WIDTH:
        label = label[:-1]
    return label.rstrip() + "…"
