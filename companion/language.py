"""The two languages Nuanyu speaks."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language that every wording exists in."""

    ZH = "zh"
    EN = "en"
