"""Finding an exercise: by need, few at a time, the easiest first when it is late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from companion.care.entries import Entry
from companion.care.exercises import Exercise
from companion.care.shelf import easy, fitting, is_night, topics
from companion.flows.order import Order
from companion.messages import Choice
from companion.texts import say

#: Exercises, and needs, that are shown at once.
_A_FEW: Final = 5
_NEEDS: Final = 8


def choose_exercise(
    order: Order, exercises: Mapping[str, Exercise], *, waiting: Entry | None
) -> None:
    """Carry out /exercise, `needs`, `easy [page]`, `for topic [page]`, `about id`."""
    known = topics(exercises)
    match order.argument.split():
        case ["easy", *page]:
            _list(order, easy(exercises), of="easy", page=_page(page))
        case ["for", topic, *page] if topic in known:
            found = fitting(exercises, topic, easy_first=is_night(order.now, order.campus))
            _list(order, found, of=f"for {topic}", page=_page(page))
        case ["about", name] if name in exercises:
            _tell_source(order, exercises[name])
        case ["needs", "more"]:
            order.answer(say("exercise.ask_need", order.language), *_needs(order, known[_NEEDS:]))
        case ["needs"] | []:
            _ask(order, known, half_done=_half_done(order, exercises, waiting))
        case _:
            order.answer(say("exercise.unknown", order.language))


def _half_done(
    order: Order, exercises: Mapping[str, Exercise], waiting: Entry | None
) -> tuple[str, Choice] | None:
    """Return a word on the exercise that waits, and the button that takes it up."""
    found = None if waiting is None else exercises.get(waiting.name)
    if waiting is None or found is None:
        return None
    text = say("exercise.waiting_too", order.language, title=found.title[order.language])
    return text, Choice(say("exercise.resume", order.language), f"/exercise {waiting.code} go")


def _ask(order: Order, known: Sequence[str], *, half_done: tuple[str, Choice] | None) -> None:
    is_late = is_night(order.now, order.campus)
    paragraphs = [
        say("exercise.ask_need_night" if is_late else "exercise.ask_need", order.language)
    ]
    choices = list(_needs(order, known[:_NEEDS]))
    at = 0 if is_late else len(choices)
    choices.insert(at, Choice(say("exercise.easy", order.language), "/exercise easy"))
    if len(known) > _NEEDS:
        choices.append(Choice(say("exercise.more_needs", order.language), "/exercise needs more"))
    if half_done is not None:
        text, button = half_done
        paragraphs.append(text)
        choices.insert(0, button)
    order.answer("\n\n".join(paragraphs), *choices)


def _needs(order: Order, known: Sequence[str]) -> Iterator[Choice]:
    for topic in known:
        yield Choice(say(f"topic.{topic}", order.language), f"/exercise for {topic}")


def _list(order: Order, found: Sequence[Exercise], *, of: str, page: int) -> None:
    shown = found[page * _A_FEW : (page + 1) * _A_FEW]
    if not shown:
        order.answer(say("exercise.none", order.language))
        return
    choices = [Choice(_item(order, one), f"/exercise {one.id}") for one in shown]
    if len(found) > _A_FEW:
        following = page + 1 if (page + 1) * _A_FEW < len(found) else 0
        others = say("exercise.others", order.language)
        choices.append(Choice(others, f"/exercise {of} {following}"))
    choices.append(Choice(say("exercise.needs", order.language), "/exercise needs"))
    key = "exercise.here_easy" if of == "easy" else "exercise.here"
    order.answer(say(key, order.language), *choices)


def _item(order: Order, one: Exercise) -> str:
    title = one.title[order.language]
    return say("exercise.item", order.language, title=title, minutes=one.minutes)


def _tell_source(order: Order, one: Exercise) -> None:
    title, about = one.title[order.language], one.about[order.language]
    fields = {"title": title, "about": about, "source": one.source}
    order.answer(say("exercise.told_source", order.language, **fields))


def _page(words: Sequence[str]) -> int:
    return int(words[0]) if words and words[0].isdecimal() and len(words[0]) < _A_FEW else 0
