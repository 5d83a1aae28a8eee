"""Games in the student's hands: choose one, guess, read why, leave at any round."""

from __future__ import annotations

from random import Random
from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.games import Game, Play, Round, draw, games, seen_of
from companion.care.prompts import joined
from companion.care.said import bare
from companion.flows.order import Order
from companion.flows.stay import is_in_safety_talk
from companion.language import Language
from companion.messages import Choice
from companion.texts import say, wording

#: Past games that are looked at for what was seen.
_LOOK_BACK: Final = 100
_LEAVE: Final = "stop"


def game(order: Order) -> None:
    """Carry out /game: the list, one of them by its id, or a button of one under way."""
    first, *rest = order.argument.split() or [""]
    if is_in_safety_talk(order.tx, order.student.id, now=order.now):
        order.answer(say("game.after_safety", order.language))
    elif first in games():
        _start(order, games()[first])
    elif not first:
        _list(order)
    else:
        _go_on(order, first, rest)


def _go_on(order: Order, code: str, rest: list[str]) -> None:
    entry = order.tx.care.entries.find(order.student.id, code)
    if entry is None or entry.kind is not EntryKind.GAME or entry.name not in games():
        order.answer(say("game.gone", order.language))
    else:
        _press(order, entry, rest)


def takes(entry: Entry, text: str, language: Language) -> bool:  # noqa: ARG001 - its own counts
    """Whether a text is a guess at the round that waits, or a wish to leave. Pure."""
    return _meant(entry, text) is not None


def answer_game(order: Order, entry: Entry) -> None:
    """Take a written guess, or the wish to leave."""
    meant = _meant(entry, order.message.text)
    if meant is not None:
        _press(order, entry, [str(entry.body["done"]), meant])


def _list(order: Order) -> None:
    language = order.language
    lines = [
        say("game.item", language, title=one.title[language], about=one.about[language])
        for one in games().values()
    ]
    choices = [Choice(one.title[language], f"/game {one.id}") for one in games().values()]
    order.answer("\n\n".join([say("game.ask", language), *lines]), *choices)


def _start(order: Order, found: Game) -> None:
    states = (EntryState.RUNNING, EntryState.LATER, EntryState.DONE, EntryState.STOPPED)
    played = order.tx.care.entries.latest(
        order.student.id, EntryKind.GAME, name=found.id, states=states, limit=_LOOK_BACK
    )
    rounds = len(found.rounds[order.language])
    seen = seen_of([Play.from_json(one.body) for one in played], rounds=rounds)
    # The same message draws the same rounds: a job may run twice.
    play = draw(found, seen=seen, chance=Random(order.message.id.int))  # noqa: S311 - a game
    body = {**play.as_json(), "language": order.language.value}
    entry = order.tx.care.entries.begin(
        order.student.id, EntryKind.GAME, body, name=found.id, at=order.now, now=order.now
    )
    _ask(order, entry, play, before=say("game.opening", order.language))


def _press(order: Order, entry: Entry, words: list[str]) -> None:
    play = Play.from_json(entry.body)
    if not entry.can_go_on or play.is_over:
        order.answer(say("game.gone", order.language))
        return
    if words[1:] == [_LEAVE]:
        order.tx.care.entries.put(entry, state=EntryState.STOPPED, now=order.now)
        order.answer(say("game.stopped", order.language))
        return
    waiting = _round(entry, play)
    if len(words) != 2 or words[0] != str(play.done) or words[1] not in waiting.options:  # noqa: PLR2004 - round and guess
        _ask(order, entry, play, before=say("game.past", order.language))
        return
    _guess(order, entry, play, words[1])


def _guess(order: Order, entry: Entry, play: Play, code: str) -> None:
    waiting = _round(entry, play)
    after = Play(drawn=play.drawn, done=play.done + 1, guesses=(*play.guesses, code))
    state = EntryState.DONE if after.is_over else EntryState.RUNNING
    body = {**entry.body, **after.as_json()}
    if not order.tx.care.entries.put(entry, body=body, state=state, now=order.now):
        order.answer(say("game.past_alone", order.language))
        return
    heard = _heard(waiting, code, _language(entry))
    if not after.is_over:
        _ask(order, entry, after, before=heard)
        return
    language = order.language
    order.answer(
        f"{heard}\n\n{say('game.over', language)}",
        Choice(say("game.again", language), f"/game {entry.name}"),
        Choice(say("game.other", language), "/game"),
    )


def _heard(waiting: Round, code: str, language: Language) -> str:
    """Return what is said to a guess: never that it was wrong, always why."""
    others = [waiting.options[one] for one in waiting.options if one in waiting.right - {code}]
    labels = joined("game.or", others, language)
    if code not in waiting.right:
        return say("game.rather", language, labels=labels, why=waiting.why)
    key = "game.fits_too" if others else "game.fits"
    return say(key, language, label=waiting.options[code], labels=labels, why=waiting.why)


def _ask(order: Order, entry: Entry, play: Play, *, before: str) -> None:
    language = _language(entry)
    waiting = _round(entry, play)
    head = say("game.round", language, number=play.done + 1, rounds=len(play.drawn))
    choices = [
        Choice(label, f"/game {entry.code} {play.done} {code}")
        for code, label in waiting.options.items()
    ]
    leave = Choice(say("game.stop", language), f"/game {entry.code} {play.done} {_LEAVE}")
    order.answer(f"{before}\n\n{head}\n{waiting.text}", *choices, leave)


def _meant(entry: Entry, text: str) -> str | None:
    said, play = bare(text), Play.from_json(entry.body)
    if play.is_over or entry.name not in games():
        return None
    if any(said in wording("exercise.says_stop", one) for one in Language):
        return _LEAVE
    options = _round(entry, play).options
    return next((code for code, label in options.items() if bare(label) == said), None)


def _round(entry: Entry, play: Play) -> Round:
    return games()[entry.name].rounds[_language(entry)][play.drawn[play.done]]


def _language(entry: Entry) -> Language:
    """Return the language a game was begun in: its scenes are its own."""
    return Language(entry.body["language"])
