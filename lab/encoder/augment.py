"""Noisy copies of training texts: what thumbs, input methods and scripts do; labels stay."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2s
from importlib.resources import files
from typing import Any

import typer
from opencc import OpenCC

from companion.errors import BadInput
from lab.encoder.examples import AUGMENTED, Example, read_examples
from lab.encoder.settings import Augmenting, Noise
from lab.encoder.tasks import TASKS

_UNIT = re.compile(r"[A-Za-z][A-Za-z'’]*|\s+|.", re.DOTALL)
_SHORTEST_WORD = 3  # letters that a typo may hit
_SHORTEST_TEXT = 6  # words of which one may be dropped
_NEIGHBOUR = 0.5  # chance that a typo hits a key beside, rather than two in wrong order
_TRIES = 4  # kinds of noise tried until one changes the text
Units = list[str]


def copies(
    example: Example, count: int, *, seed: int, kinds: Sequence[Noise] = tuple(Noise)
) -> list[Example]:
    """Return up to `count` changed copies with the same labels; the same ones for the same seed."""
    digest = blake2s(example.text.encode(), salt=seed.to_bytes(8, "big")).digest()
    dice = random.Random(digest)  # noqa: S311 - noise, not a secret
    made = dict.fromkeys(_noisy(example.text, dice, kinds) for _ in range(count))
    made.pop(example.text, None)
    return [Example(text, example.labels) for text in made]


def run(augmenting: Augmenting) -> int:
    """Write noisy copies of a file's rows, marked as such, and return how many; raises BadInput.

    Evaluation refuses marked rows, so a copy never counts as a text that was written.
    """
    if augmenting.to.exists():
        raise BadInput(f"{augmenting.to} is there already; nothing is written over it")
    examples = read_examples(augmenting.data, TASKS[augmenting.task], evaluation=True)
    kinds = tuple(augmenting.kind or Noise)
    rows = [
        {"text": copy.text, "labels": copy.labels, AUGMENTED: True}
        for example in examples
        for copy in copies(example, augmenting.copies, seed=augmenting.seed, kinds=kinds)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    augmenting.to.write_text(lines, encoding="utf-8")
    typer.echo(f"{augmenting.to}: {len(rows)} copies of {len(examples)} texts")
    return len(rows)


def _noisy(text: str, dice: random.Random, kinds: Sequence[Noise]) -> str:
    for kind in dice.sample(list(kinds), min(_TRIES, len(kinds))):
        units = _UNIT.findall(text)
        changed = "".join(_CHANGES[kind](units, dice))
        if changed.strip() and changed != text:
            return changed
    return text


def _typo(units: Units, dice: random.Random) -> Units:
    keys = _noise()["keys"]
    return _at_one(
        units,
        dice,
        lambda u: len(u) >= _SHORTEST_WORD and u.isascii(),
        lambda u: _slip(u, dice, keys),
    )


def _slip(word: str, dice: random.Random, keys: Mapping[str, str]) -> str:
    """Hit a neighbour of a key, or two keys in the wrong order."""
    at = dice.randrange(len(word) - 1)
    near = keys.get(word[at].lower())
    if near and dice.random() < _NEIGHBOUR:
        return word[:at] + dice.choice(near) + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _homophone(units: Units, dice: random.Random) -> Units:
    alike = _homophones()
    return _at_one(units, dice, lambda u: u in alike, lambda u: dice.choice(alike[u]))


def _drop(units: Units, dice: random.Random) -> Units:
    if sum(map(_is_word, units)) < _SHORTEST_TEXT:
        return units  # in a short text every word carries the meaning
    return _at_one(units, dice, _is_word, lambda _: "")


def _swap(units: Units, dice: random.Random) -> Units:
    places = [
        at
        for at in range(len(units) - 1)
        if _is_free(units[at])
        and _is_free(units[at + 1])
        and not (units[at].isascii() or units[at + 1].isascii())
    ] or [
        at
        for at in range(len(units) - 2)
        if _is_free(units[at]) and units[at + 1].isspace() and _is_free(units[at + 2])
    ]
    if not places:
        return units
    at = dice.choice(places)
    to = at + 2 if units[at + 1].isspace() else at + 1
    changed = list(units)
    changed[at], changed[to] = units[to], units[at]
    return changed


def _case(units: Units, dice: random.Random) -> Units:
    change = dice.choice([str.lower, str.upper, str.capitalize])
    return [change(unit) for unit in units]


def _punctuation(units: Units, dice: random.Random) -> Units:
    marks = _noise()["punctuation"]
    return _at_one(units, dice, lambda u: u in marks, lambda u: dice.choice(marks[u]))


def _traditional(units: Units, _dice: random.Random) -> Units:
    return [_to_traditional().convert("".join(units))]


_CHANGES: dict[Noise, Callable[[Units, random.Random], Units]] = {
    Noise.TYPO: _typo,
    Noise.HOMOPHONE: _homophone,
    Noise.DROP: _drop,
    Noise.SWAP: _swap,
    Noise.CASE: _case,
    Noise.PUNCTUATION: _punctuation,
    Noise.TRADITIONAL: _traditional,
}


def _at_one(
    units: Units,
    dice: random.Random,
    fits: Callable[[str], bool],
    change: Callable[[str], str],
) -> Units:
    """Return the units with one of those that fit changed; a word that must be kept never fits."""
    places = [at for at, unit in enumerate(units) if fits(unit) and not _is_kept(unit)]
    if not places:
        return units
    at = dice.choice(places)
    return [*units[:at], change(units[at]), *units[at + 1 :]]


def _is_word(unit: str) -> bool:
    return unit[:1].isalpha()


def _is_free(unit: str) -> bool:
    return _is_word(unit) and not _is_kept(unit)


def _is_kept(unit: str) -> bool:
    plain = unit.lower().replace("'", "").replace("’", "")
    return plain in _noise()["kept"]


@cache
def _noise() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "noise.toml").read_text(encoding="utf-8"))


@cache
def _homophones() -> dict[str, str]:
    groups: Iterator[str] = iter(_noise()["homophones"])
    return {one: group.replace(one, "") for group in groups for one in group}


@cache
def _to_traditional() -> Any:
    return OpenCC("s2t")
