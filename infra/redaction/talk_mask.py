"""Hides what identifies people in one talk, and puts it back into the answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from infra.redaction.entities import Entity, Type
from infra.redaction.finder import find, mentions

_TYPES = "|".join(sorted((kind.value for kind in Type), key=len, reverse=True)).replace(
    "_", "[_ -]?"
)
# Models change the marks a little: <phone_1>, ＜PHONE 1＞, [PHONE_1], PHONE_1.
_PLACEHOLDER = re.compile(
    rf"[<＜〈《\[【{{]\s*/?\s*({_TYPES})[\s_-]*(\d{{1,3}})\s*[>＞〉》\]】}}]|(?<![A-Za-z])({_TYPES})_(\d{{1,3}})(?!\d)",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: What stands for a mark that the model made up.
_NEUTRAL = {
    Type.PERSON: ("那个人", "that person"),
    Type.ADDRESS: ("那里", "that place"),
    Type.PHONE: ("那个号码", "that number"),
}
_SOMETHING = ("那个", "that")


class TalkMask:
    """A Mask for one talk: the same thing gets the same placeholder. Not for several threads."""

    def __init__(self, *, keep: frozenset[str] = frozenset()) -> None:
        self._keep = keep
        self._marks: dict[tuple[Type, str], str] = {}
        self._originals: dict[str, str] = {}
        self._numbers: dict[Type, int] = {}

    def hide(self, text: str) -> str:
        """Replace what identifies a person; the same thing gets the same placeholder."""
        return self._known_names(replace_entities(text, find(text, keep=self._keep), self.mark))

    def restore(self, text: str) -> str:
        """Put the originals back; marks that stand for nothing become neutral words."""
        in_chinese = _HAN.search(text) is not None

        def original(match: re.Match[str]) -> str:
            name = re.sub(r"[ -]", "_", (match[1] or match[3]).upper())
            kind = next(
                kind for kind in Type if kind.value.replace("_", "") == name.replace("_", "")
            )
            mark = f"<{kind.value}_{int(match[2] or match[4])}>"
            neutral = _NEUTRAL.get(kind, _SOMETHING)
            return self._originals.get(mark) or neutral[0 if in_chinese else 1]

        return _PLACEHOLDER.sub(original, text)

    def mark(self, kind: Type, original: str) -> str:
        """Return the placeholder of one thing, the same one each time."""
        key = kind, re.sub(r"[\s.\-()]", "", original).casefold()
        if key not in self._marks:
            number = self._numbers[kind] = self._numbers.get(kind, 0) + 1
            self._marks[key] = f"<{kind.value}_{number}>"
            self._originals[self._marks[key]] = original
        return self._marks[key]

    def _known_names(self, text: str) -> str:
        # A name that was introduced once is hidden in every later text as well.
        for mark, original in self._originals.items():
            if mark.startswith(f"<{Type.PERSON.value}"):
                found = [
                    Entity(Type.PERSON, *match.span(), 1.0) for match in mentions(original, text)
                ]
                text = replace_entities(text, found, self.mark)
        return text


def replace_entities(text: str, entities: list[Entity], mark: Callable[[Type, str], str]) -> str:
    """Return the text with each entity replaced by its mark."""
    parts, last = [], 0
    for entity in entities:
        parts += [text[last : entity.start], mark(entity.type, text[entity.start : entity.end])]
        last = entity.end
    return "".join([*parts, text[last:]])
