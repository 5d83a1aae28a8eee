"""From a file to a scale, or to a list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from companion.care.content_reader import NAME, Place, note_twins
from companion.care.exercises import packaged_documents
from companion.care.scales import Alarm, Band, Option, Scale, Wording
from companion.errors import ContentError
from companion.language import Language

_SCALE: Final = frozenset(
    "id version short title about period question licence source source_url items reverse values"
    " multiply high_is_good every_days noticeable person_at alarm then option item band".split()
)
#: What a school brings for a scale that comes without its text.
_TEXT: Final = frozenset({"id", "version", "question", "licence", "source", "option", "item"})
_MOST_ITEMS: Final = 60
_MOST_OPTIONS: Final = 8
_MOST: Final = 1_000


def read_scale(document: Mapping[str, Any], *, file: str) -> Scale:
    """Return the scale of a file. Raises ContentError with everything that is wrong."""
    scale, problems = _read(document, file)
    if problems:
        raise ContentError("; ".join(problems))
    return scale


def read_school_scale(document: Mapping[str, Any], *, file: str) -> Scale:
    """Return a school's scale: one of its own, or ours with the text it holds a licence for.

    Raises ContentError with everything that is wrong.
    """
    scale, problems = _read_school(document, file)
    if problems:
        raise ContentError("; ".join(problems))
    return scale


def check_scale(document: Mapping[str, Any], *, file: str) -> list[str]:
    """Return everything that is wrong with a school's file; empty when nothing is."""
    return _read_school(document, file)[1]


@cache
def packaged_scales() -> Mapping[str, Scale]:
    """Return the scales that come with Nuanyu, some without their text. Raises ContentError."""
    found = (
        read_scale(document, file=f"scales/{name}")
        for name, document in packaged_documents("scales")
    )
    return MappingProxyType({one.id: one for one in found})


def _read_school(document: Mapping[str, Any], file: str) -> tuple[Scale, list[str]]:
    ours = dict(packaged_documents("scales")).get(f"{document.get('id')}.toml")
    if ours is None:
        scale, problems = _read(document, file)
    else:
        scale, problems = _read({**ours, **document}, file)
        place = Place(document, file, problems)
        if ours.get("item"):
            place.wrong(f"{document['id']} comes with Nuanyu; give yours another 'id'")
        else:
            place.only(_TEXT)
    if not scale.items and not problems:
        problems.append(f"{file}: there is no [[item]]")
    if scale.items and not scale.licence.get(Language.ZH) and not scale.licence.get(Language.EN):
        problems.append(f"{file}: 'licence' must say on what grounds the text is used")
    return scale, problems


def _read(document: Mapping[str, Any], file: str) -> tuple[Scale, list[str]]:
    place = Place(document, file)
    place.only(_SCALE)
    options, items = _options(place), _items(place)
    size = place.number("items", least=1, most=_MOST_ITEMS)
    if items and len(items) != size:
        place.wrong(f"'items' is {size}, but there are {len(items)} [[item]]")
    scale = Scale(
        id=_name(place, file),
        version=place.text("version"),
        short=place.text("short"),
        title=place.label("title"),
        about=place.wording("about"),
        period=place.wording("period"),
        question=_said(place, "question") if items else {},
        licence=_said(place, "licence") if items else {},
        source=place.text("source"),
        size=size,
        reverse=_reverse(place, size),
        values=_values(place, options),
        multiply=place.number("multiply", least=1, most=100, usual=1),
        high_is_good=place.flag("high_is_good"),
        every=timedelta(days=place.number("every_days", least=1, most=366)),
        noticeable=_maybe_number(place, "noticeable"),
        person_at=place.number("person_at", least=0, most=_MOST),
        bands=_bands(place),
        items=items,
        options=options,
        alarm=_alarm(place, size),
        then=_then(place),
    )
    if not place.problems:
        _note_gaps(place, scale)
    return scale, place.problems


def _name(place: Place, file: str) -> str:
    name = place.text("id")
    if name and not NAME.fullmatch(name):
        place.wrong("'id' must be lower case letters, digits and hyphens, 40 at most")
    if name and name != file.rpartition("/")[2].removesuffix(".toml"):
        place.wrong(f"'id' is '{name}', but the file has another name")
    return name


def _said(place: Place, key: str) -> Wording:
    """Return a text in at least one language: a licence may be for one alone."""
    table = place.table.get(key)
    found = table if isinstance(table, dict) else {}
    texts = {one: str(found[one.value]).strip() for one in Language if one.value in found}
    if not any(texts.values()) or set(found) - {one.value for one in Language}:
        place.wrong(f"'{key}' must have a text in zh, in en, or in both")
    return texts


def _options(place: Place) -> tuple[Option, ...]:
    places = place.tables("option", "option")
    if places and not 1 < len(places) <= _MOST_OPTIONS:
        place.wrong(f"needs 2 to {_MOST_OPTIONS} [[option]]")
    for one in places:
        one.only({"value", "label"})
    found = tuple(
        Option(one.number("value", least=0, most=99), _said(one, "label")) for one in places
    )
    note_twins(place, [option.label for option in found])
    return found


def _items(place: Place) -> tuple[Wording, ...]:
    places = place.tables("item", "item")
    for one in places:
        one.only({"text"})
    return tuple(_said(one, "text") for one in places)


def _values(place: Place, options: tuple[Option, ...]) -> tuple[int, ...]:
    written = place.table.get("values")
    told = tuple(written) if isinstance(written, list) else ()
    shown = tuple(option.value for option in options)
    if told and shown and set(told) != set(shown):
        place.wrong(f"the options must have the values {', '.join(map(str, told))}")
    found = shown or told
    if len(set(found)) < 2 or len(set(found)) != len(found):  # noqa: PLR2004 - a choice is of two
        place.wrong("needs [[option]] (or 'values') with different values")
        return (0, 1)
    return found


def _reverse(place: Place, size: int) -> frozenset[int]:
    found = place.table.get("reverse", [])
    if not isinstance(found, list) or any(one not in range(1, size + 1) for one in found):
        place.wrong(f"'reverse' must be a list of numbers from 1 to {size}")
        return frozenset()
    return frozenset(found)


def _maybe_number(place: Place, key: str) -> int | None:
    return place.number(key, least=1, most=_MOST) if key in place.table else None


def _bands(place: Place) -> tuple[Band, ...]:
    places = place.tables("band", "band")
    for one in places:
        one.only({"from", "to", "name", "says"})
    return tuple(
        Band(
            least=one.number("from", least=0, most=_MOST),
            most=one.number("to", least=0, most=_MOST),
            name=one.label("name"),
            says=one.wording("says"),
        )
        for one in places
    )


def _alarm(place: Place, size: int) -> Alarm | None:
    table = place.table.get("alarm")
    if table is None:
        return None
    one = Place(table, f"{place.where}, alarm", place.problems)
    one.only({"item", "from", "says"})
    return Alarm(
        item=one.number("item", least=1, most=size),
        least=one.number("from", least=1, most=_MOST),
        says=one.wording("says"),
    )


def _then(place: Place) -> tuple[str, int] | None:
    table = place.table.get("then")
    if table is None:
        return None
    one = Place(table, f"{place.where}, then", place.problems)
    one.only({"scale", "at"})
    return one.text("scale"), one.number("at", least=0, most=_MOST)


def _note_gaps(place: Place, scale: Scale) -> None:
    """Note totals that no band, or more than one, is for."""
    lowest, highest = scale.range
    for total in range(lowest, highest + 1, scale.multiply):
        covering = sum(band.least <= total <= band.most for band in scale.bands)
        if covering != 1:
            place.wrong(f"{covering} bands are for a total of {total}; there must be one")
            return
