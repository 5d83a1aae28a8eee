"""Fixed wordings in both languages, written and reviewed by people (law 5)."""

from companion.texts.wording import say, wording

__all__ = ["say", "wording"]
