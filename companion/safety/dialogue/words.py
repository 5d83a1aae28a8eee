"""The reviewed words of the safety dialogue; a missing one is refused at load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from companion.errors import ContentError
from companion.language import Language
from companion.risk.content import read_toml
from companion.safety.dialogue.steps import Step, steps

_FILES = ("common", "main", "danger", "ground", "plan", "past", "friend", "hurt", "mind")
#: A button's value must fit what platforms take (Telegram: 64 bytes).
LONGEST_LABEL = 64


@dataclass(frozen=True, slots=True)
class DialogueWords:
    """The words of one language."""

    _tables: Mapping[str, Any]

    def ask(self, step: str) -> tuple[str, ...]:
        """Return the wordings of a question; another talk may use another one."""
        return tuple(self._tables[step]["ask"])

    def label(self, step: str, code: str) -> str:
        """Return what the button of an answer says, and what pressing it sends."""
        return str(self._tables[step]["choices"][code])

    def heard(self, step: str, code: str) -> str | None:
        """Return what is said to an answer, if it has a word of its own."""
        found = self._tables[step].get("heard", {}).get(code)
        return None if found is None else str(found)

    def pool(self, table: str, key: str) -> tuple[str, ...]:
        """Return wordings of which one is drawn; one wording is a pool of one."""
        found = self._tables[table][key]
        return (found,) if isinstance(found, str) else tuple(found)

    def has(self, table: str, key: str) -> bool:
        """Whether there are such wordings."""
        return key in self._tables[table]

    def one(self, table: str, key: str, **filled: str) -> str:
        """Return a single wording with its places filled in."""
        return str(self._tables[table][key]).format(**filled)

    def button(self, key: str) -> str:
        """Return what a button of the safety plan's page says."""
        return str(self._tables["page"]["buttons"][key])


@cache
def dialogue_words(language: Language) -> DialogueWords:
    """Return the dialogue's words of a language, or raise ContentError naming the entry."""
    tables: dict[str, Any] = {}
    for name in _FILES:
        tables |= read_toml("safety", "dialogue", language.value, f"{name}.toml")
    for step in steps().values():
        _check(step, tables.get(step.id), language)
    return DialogueWords(tables)


@cache
def code_of_label(step: str, label: str) -> str | None:
    """Return the answer that a button of a step stands for, in whichever language."""
    for language in Language:
        words = dialogue_words(language)
        for code in steps()[step].codes:
            if words.label(step, code) == label:
                return code
    return None


def _check(step: Step, table: Any, language: Language) -> None:
    where = f"safety/dialogue/{language.value}: {step.id}"
    if not isinstance(table, dict) or not table.get("ask"):
        raise ContentError(f"{where} has no question")
    labels = table.get("choices", {})
    if tuple(labels) != step.codes:
        raise ContentError(f"{where}: the buttons are {tuple(labels)}, not {step.codes}")
    if any(len(label.encode()) > LONGEST_LABEL for label in labels.values()):
        raise ContentError(f"{where}: a button is longer than {LONGEST_LABEL} bytes")
