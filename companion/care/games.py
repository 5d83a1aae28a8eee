"""Two small games that teach: rounds to guess at, each with its reason. Nothing is scored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any, Final

from companion.care.content_reader import CODE, NAME, Place, note_twins
from companion.care.exercises import Wording, packaged_documents
from companion.errors import ContentError
from companion.language import Language

#: Rounds of one game.
ROUNDS: Final = 5
_MOST_OPTIONS: Final = 8


@dataclass(frozen=True, slots=True)
class Round:
    """One line to guess at, written for one language."""

    text: str = field(repr=False)
    #: Labels by code, in their order.
    options: Mapping[str, str]
    #: The guesses that fit; often more than one.
    right: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """One game."""

    id: str
    title: Wording
    about: Wording
    source: str
    #: The same number in every language; the scenes themselves differ.
    rounds: Mapping[Language, Sequence[Round]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Where somebody is in a game, as JSON that the entry keeps."""

    #: The rounds of this game by number, in their order.
    drawn: tuple[int, ...]
    #: How many of them are behind.
    done: int = 0
    guesses: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_over(self) -> bool:
        """Whether every round is behind."""
        return self.done >= len(self.drawn)

    def as_json(self) -> dict[str, Any]:
        """Return what the entry keeps."""
        return {"drawn": list(self.drawn), "done": self.done, "guesses": list(self.guesses)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Play:
        """Return what an entry has kept."""
        guesses = tuple(body["guesses"])
        return cls(drawn=tuple(body["drawn"]), done=body["done"], guesses=guesses)


def draw(game: Game, *, seen: Collection[int], chance: Random) -> Play:
    """Return the rounds of a new game: none again before all were seen."""
    everything = range(len(next(iter(game.rounds.values()))))
    fresh = [number for number in everything if number not in set(seen)]
    known = [number for number in everything if number in set(seen)]
    chance.shuffle(fresh)
    chance.shuffle(known)
    return Play(drawn=tuple([*fresh, *known][:ROUNDS]))


def seen_of(played: Sequence[Play], *, rounds: int) -> frozenset[int]:
    """Return what was seen since the last time that all had been; `played` is newest first."""
    seen: set[int] = set()
    for play in reversed(played):
        for number in play.drawn[: play.done]:
            seen.add(number)
            if len(seen) >= rounds:
                seen = set()
    return frozenset(seen)


@cache
def games() -> Mapping[str, Game]:
    """Return the games by their ids. Raises ContentError."""
    found = [_read(document, f"games/{name}") for name, document in packaged_documents("games")]
    return MappingProxyType({game.id: game for game in found})


def _read(document: Mapping[str, Any], file: str) -> Game:
    game, problems = read_game(document, file=file)
    if problems:
        raise ContentError("; ".join(problems))
    return game


def read_game(document: Mapping[str, Any], *, file: str) -> tuple[Game, list[str]]:
    """Return the game of a file, and everything that is wrong with it."""
    place = Place(document, file)
    place.only({"id", "title", "about", "source", "round"})
    name = place.text("id")
    if name and not NAME.fullmatch(name):
        place.wrong("'id' must be lower case letters, digits and hyphens, 40 at most")
    places = place.tables("round", "round")
    if len(places) < ROUNDS:
        place.wrong(f"needs {ROUNDS} [[round]] at least")
    rounds = {one: tuple(_rounds(places, one)) for one in Language}
    return Game(
        id=name,
        title=place.label("title"),
        about=place.wording("about"),
        source=place.text("source"),
        rounds=rounds,
    ), place.problems


def _rounds(places: Sequence[Place], language: Language) -> Iterator[Round]:
    for place in places:
        table = place.table.get(language.value)
        if not isinstance(table, dict):
            place.wrong(f"has nothing in {language.value}")
            continue
        yield _round(Place(table, f"{place.where}, {language.value}", place.problems))


def _round(place: Place) -> Round:
    place.only({"text", "options", "right", "why"})
    options: dict[str, str] = {}
    for one in place.tables("options", "option"):
        code = one.text("code")
        if not CODE.fullmatch(code) or code in options:
            one.wrong("'code' must be lower case letters, digits and _, 24 at most, and its own")
        options[code] = one.text("label")
    right = place.table.get("right")
    found = frozenset(right) if isinstance(right, list) else frozenset()
    if not found or not found <= options.keys():
        place.wrong("'right' must name one or more of the options")
    if not 1 < len(options) <= _MOST_OPTIONS:
        place.wrong(f"needs 2 to {_MOST_OPTIONS} options")
    note_twins(place, [dict.fromkeys(Language, label) for label in options.values()])
    return Round(place.text("text"), options, found, place.text("why"))
