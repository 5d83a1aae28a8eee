"""Clinicians' phrases: data that a counsellor can edit, each with examples that are tested.

A rule in `content/risk/*.toml`:
    id, level (none … imminent), kinds, evidence (readable, never a quotation), patterns;
    unless        words in the same sentence that turn it off (idioms, everyday uses)
    negatable     false when "not" before it does not take it back (default true)
    soft          true when laughter or a trivial cause beside it makes it hyperbole
    others        "keep" (default): about a friend it keeps its level; "drop": it is no worry
    about         "other" when the phrase is always about somebody else
    timeless      true when words of the past beside it do not make it past ("if only that day")
    subject_free  true when the phrase names its own subject (what others do to me, a collapse)
    harmless      scenes that explain it away (moving out, exams over)
    sign          a name under which it counts together with other signs (together.toml)
    examples      must reach the level; `counter` must stay below it
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from companion.errors import ContentError
from companion.language import Language
from companion.risk.content import Entry, entries, pattern, read_toml, refuse_unknown, words
from companion.risk.levels import Kind, Level

#: Every file of rules below `companion/content/risk`.
FILES = (
    "zh_suicide.toml",
    "zh_signs.toml",
    "zh_means.toml",
    "zh_implicit.toml",
    "zh_other.toml",
    "zh_grammar.toml",
    "zh_goodbyes.toml",
    "zh_harm.toml",
    "zh_weak.toml",
    "en_suicide.toml",
    "en_signs.toml",
    "en_implicit.toml",
    "en_other.toml",
    "en_grammar.toml",
    "en_harm.toml",
    "en_weak.toml",
)
_KEYS = {
    *("id", "level", "kinds", "evidence", "patterns", "unless", "negatable", "soft"),
    *("others", "about", "timeless", "subject_free", "harmless", "sign", "examples", "counter"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing people say, how worrying it is, and what takes the worry away."""

    id: str
    language: Language
    level: Level
    kinds: tuple[Kind, ...]
    evidence: str
    found_by: re.Pattern[str]
    unless: re.Pattern[str] | None
    is_negatable: bool
    is_soft: bool
    holds_for_others: bool
    names_its_subject: bool
    is_about_other: bool
    is_timeless: bool
    harmless: tuple[str, ...]
    sign: str | None
    examples: tuple[str, ...]
    counter: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Signs that mean more together than alone."""

    id: str
    level: Level
    needs: frozenset[str]
    needs_one_of: frozenset[str]
    #: How many of `needs_one_of` must be there, when it names any.
    least: int
    kinds: tuple[Kind, ...]
    evidence: str

    def holds(self, signs: frozenset[str]) -> bool:
        """Whether all its signs are there."""
        enough = not self.needs_one_of or len(self.needs_one_of & signs) >= self.least
        return self.needs <= signs and enough


@cache
def fragments(language: Language) -> Mapping[str, str]:
    """Return the pieces that patterns of a language use as <name>, already filled in."""
    table = read_toml("risk", "fragments.toml").get(language.value, {})
    for _ in range(2):  # a fragment may use another one, which may use a third
        table = {name: _filled(text, table) for name, text in table.items()}
    return dict(table)


def _filled(text: str, table: Mapping[str, str]) -> str:
    return re.sub(r"(?<!\?)<([a-z_]+)>", lambda found: table.get(found[1], found[0]), text)


def rules() -> tuple[Rule, ...]:
    """Return every rule of every file, or raise ContentError naming file and entry."""
    return tuple(rule for language in Language for rule in rules_in(language))


@cache
def rules_in(language: Language) -> tuple[Rule, ...]:
    """Return the rules of one language: the other one costs nothing until it is written."""
    files = [file for file in FILES if file.startswith(language.value)]
    return tuple(rule for file in files for rule in read_rules(file))


def read_rules(file: str) -> tuple[Rule, ...]:
    """Return the rules of one file below `content/risk`, or raise ContentError."""
    document = read_toml("risk", file)
    try:
        language = Language(document["language"])
    except (KeyError, ValueError) as error:
        raise ContentError(f"risk/{file}: language must be zh or en") from error
    name = f"risk/{file}"
    return tuple(
        rule_of(entry, language=language, file=name)
        for entry in entries(document, "rule", file=name)
    )


def rule_of(entry: Entry, *, language: Language, file: str) -> Rule:
    """Build one rule from its entry, or raise ContentError naming file and entry."""
    refuse_unknown(entry, _KEYS, file=file)
    pieces = fragments(language)
    has_unless = bool(entry.get("unless"))
    if entry.get("others", "keep") not in ("keep", "drop"):
        raise ContentError(f"{file}: '{entry['id']}': others must be keep or drop")
    if entry.get("about", "any") not in ("any", "other"):
        raise ContentError(f"{file}: '{entry['id']}': about must be any or other")
    return Rule(
        id=entry["id"],
        language=language,
        level=level_of(entry, file=file),
        kinds=kinds_of(entry, file=file),
        evidence=evidence_of(entry, file=file),
        found_by=pattern(entry, "patterns", file=file, fragments=pieces),
        unless=pattern(entry, "unless", file=file, fragments=pieces) if has_unless else None,
        is_negatable=flag(entry, "negatable", default=True, file=file),
        is_soft=flag(entry, "soft", default=False, file=file),
        holds_for_others=entry.get("others", "keep") == "keep",
        names_its_subject=flag(entry, "subject_free", default=False, file=file),
        is_about_other=entry.get("about") == "other",
        is_timeless=flag(entry, "timeless", default=False, file=file),
        harmless=words(entry, "harmless", file=file),
        sign=entry.get("sign"),
        examples=words(entry, "examples", file=file, required=True),
        counter=words(entry, "counter", file=file, required=True),
    )


def level_of(entry: Entry, *, file: str, key: str = "level") -> Level:
    """Return the level an entry names, or raise ContentError."""
    try:
        return Level[str(entry[key]).upper()]
    except KeyError as error:
        raise ContentError(f"{file}: '{entry['id']}' has no valid {key}") from error


def kinds_of(entry: Entry, *, file: str) -> tuple[Kind, ...]:
    """Return the kinds an entry names, or raise ContentError."""
    try:
        return tuple(Kind(kind) for kind in words(entry, "kinds", file=file, required=True))
    except ValueError as error:
        raise ContentError(f"{file}: '{entry['id']}': {error}") from error


def evidence_of(entry: Entry, *, file: str) -> str:
    """Return what a counsellor reads, or raise ContentError."""
    evidence = entry.get("evidence")
    if not isinstance(evidence, str) or not evidence:
        raise ContentError(f"{file}: '{entry['id']}' needs evidence")
    return evidence


def flag(entry: Entry, key: str, *, default: bool, file: str) -> bool:
    """Return a true/false of an entry, or raise ContentError."""
    value = entry.get(key, default)
    if not isinstance(value, bool):
        raise ContentError(f"{file}: '{entry['id']}': {key} must be true or false")
    return value


@cache
def togethers() -> tuple[Together, ...]:
    """Return the combinations of signs, or raise ContentError."""
    file = "risk/together.toml"
    return tuple(
        Together(
            id=entry["id"],
            level=level_of(entry, file=file),
            needs=frozenset(words(entry, "all", file=file)),
            needs_one_of=frozenset(words(entry, "any", file=file)),
            least=int(entry.get("least", 1)),
            kinds=kinds_of(entry, file=file),
            evidence=evidence_of(entry, file=file),
        )
        for entry in entries(read_toml("risk", "together.toml"), "together", file=file)
    )
