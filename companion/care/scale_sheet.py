"""A scale that is being filled in: where it stands, and what a student's words answer. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from companion.care.numbers_said import number_said
from companion.care.scales import Scale
from companion.language import Language
from companion.texts import wording

#: A sheet asks about a stretch of time that ends today: an older one is begun anew.
SHEET_LIFE: Final = timedelta(days=2)


class Deed(StrEnum):
    """What can be done with a question instead of answering it."""

    SKIP = "skip"
    BACK = "back"
    LATER = "later"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One filling-in of one scale, with what must be kept beside the answers."""

    scale: str
    version: str
    language: Language
    licence: str
    #: What the answers are called, in the order they are shown.
    labels: tuple[str, ...]
    values: tuple[int, ...]
    #: In the order of the items; None: passed over.
    answers: tuple[int | None, ...] = field(default=(), repr=False)

    @property
    def number(self) -> int:
        """The number of the item that is asked now; the first is 1."""
        return len(self.answers) + 1

    def answered(self, value: int | None) -> Sheet:
        """Return the sheet with the item that is asked answered, or passed over (None)."""
        return replace(self, answers=(*self.answers, value))

    def back(self) -> Sheet:
        """Return the sheet with the item before asked again."""
        return replace(self, answers=self.answers[:-1])

    def to_json(self) -> dict[str, Any]:
        """Return what a store keeps; `from_json` makes the same sheet of it."""
        return {
            "scale": self.scale,
            "version": self.version,
            "language": self.language.value,
            "licence": self.licence,
            "labels": list(self.labels),
            "values": list(self.values),
            "answers": list(self.answers),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Sheet:
        """Return a kept sheet. Raises KeyError or ValueError for anything else."""
        return cls(
            scale=kept["scale"],
            version=kept["version"],
            language=Language(kept["language"]),
            licence=kept["licence"],
            labels=tuple(kept["labels"]),
            values=tuple(kept["values"]),
            answers=tuple(kept["answers"]),
        )


def new_sheet(scale: Scale, language: Language) -> Sheet:
    """Return an empty sheet, in a language the scale has; the asked one if it can be."""
    if language not in scale.languages:
        language = min(scale.languages)
    return Sheet(
        scale=scale.id,
        version=scale.version,
        language=language,
        licence=scale.licence.get(language) or next(iter(scale.licence.values())),
        labels=tuple(option.label[language] for option in scale.options),
        values=tuple(option.value for option in scale.options),
    )


def read_reply(text: str, labels: Sequence[str]) -> int | Deed | None:
    """Return the place of the answer that a text is, or a deed; None when it is talk.

    An answer may be typed as its words or as its place ("1" is the first).
    """
    bare = unicodedata.normalize("NFKC", text).strip(" \t\n.!,。！，").casefold()
    for place, label in enumerate(labels):
        if bare == label.casefold():
            return place
    for deed in Deed:
        if any(bare in wording(f"scale.says_{deed}", one) for one in Language):
            return deed
    number = number_said(text, most=len(labels))
    return number - 1 if number else None
