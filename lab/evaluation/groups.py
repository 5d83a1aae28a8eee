"""Ways to cut a part into groups of lines, each of which has a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from companion.language import Language
from companion.risk.levels import Kind, Level
from lab.corpus import SLICES
from lab.evaluation.judged import Judged
from lab.evaluation.keywords import has_keyword, is_loud

#: In these slices alarming words mean something else.
MANNERS_OF_SPEAKING = ("idiom", "fiction")

#: From this many characters (zh) or words (en) on a text is in the group; as in the data card.
_LENGTHS = {
    Language.ZH: (("short", 0), ("middle", 7), ("long", 60)),
    Language.EN: (("short", 0), ("middle", 5), ("long", 40)),
}

Groups = dict[str, tuple[Judged, ...]]


def by_slice(found: Sequence[Judged]) -> Groups:
    """Return the lines of each slice that has any."""
    return _grouped((name, [one for one in found if one.line.slice == name]) for name in SLICES)


def by_kind(found: Sequence[Judged]) -> Groups:
    """Return the lines of each kind; a line may be in several."""
    return _grouped((kind, [one for one in found if kind in one.line.kinds]) for kind in Kind)


def by_level(found: Sequence[Judged]) -> Groups:
    """Return the lines of each level, none first."""
    return _grouped(
        (level.label, [one for one in found if one.line.level is level]) for level in Level
    )


def by_length(found: Sequence[Judged]) -> Groups:
    """Return short, middle and long lines."""
    return _grouped(
        (name, [one for one in found if _length(one) == name]) for name, _ in _LENGTHS[Language.ZH]
    )


def implicit(found: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return the lines at risk that hold no word of the keyword list."""
    return tuple(one for one in found if one.is_at_risk and not has_keyword(one.line.text))


def loud(found: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return the harmless lines that hold a word such as 死 or "kill"."""
    return tuple(one for one in found if one.is_harmless and is_loud(one.line.text))


def elsewhere(found: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return the harmless lines of idioms, hyperbole and fiction."""
    return tuple(one for one in found if one.is_harmless and one.line.slice in MANNERS_OF_SPEAKING)


def ordinary(found: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return the harmless lines of small talk and everyday stress, twins left out."""
    return tuple(one for one in found if one.is_harmless and one.line.is_everyday)


def _length(one: Judged) -> str:
    line = one.line
    size = len(line.text) if line.language is Language.ZH else len(line.text.split())
    return [name for name, least in _LENGTHS[line.language] if size >= least][-1]


def _grouped(named: Iterator[tuple[str, list[Judged]]]) -> Groups:
    return {str(name): tuple(group) for name, group in named if group}
