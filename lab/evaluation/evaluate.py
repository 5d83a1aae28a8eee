"""One evaluation: the shipped screening and the baselines, on the same lines, in the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from companion.language import Language
from companion.risk.by_phrases import by_phrases
from companion.risk.screen import screen
from lab.corpus import Line, Part, load
from lab.evaluation import public
from lab.evaluation.baseline import tfidf
from lab.evaluation.curve import Point, learning_curve
from lab.evaluation.judged import Screen
from lab.evaluation.keywords import by_keywords
from lab.evaluation.report import KEYWORDS, PHRASES, SHIPPED, TFIDF, Measured, Report, measured

Tell = Callable[[str], None]
Screens = Mapping[Language, Mapping[str, Screen]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is evaluated."""

    languages: Sequence[Language]
    #: The folder of the public sets; None leaves them out.
    data: Path | None
    #: At most so many texts of each part and set.
    most: int
    #: At most so many texts of ordinary chat.
    most_chat: int
    curve: bool


def evaluate(scope: Scope, *, day: date, tell: Tell) -> Report:
    """Return what was measured; `tell` hears what is being done."""
    screens = {language: _screens(language, scope, tell) for language in scope.languages}
    suicidality = {}
    if scope.data is not None and Language.ZH in screens:
        tell("PsySUICIDE")
        suicidality = _suicidality(scope.data, screens[Language.ZH], scope.most)
    return Report(
        day=day,
        corpus=_corpus(scope, screens, tell),
        chats=_chats(scope, screens, tell),
        suicidality=suicidality,
        curves=_curves(scope, tell) if scope.curve else {},
    )


def _screens(language: Language, scope: Scope, tell: Tell) -> Mapping[str, Screen]:
    tell(f"{language}: training TF-IDF + LR")
    trained = tfidf(_lines(language, Part.TRAIN, scope.most * 2), language)
    screen("你好" if language is Language.ZH else "hello")  # reads the models: no message waits
    return {SHIPPED: screen, PHRASES: by_phrases, TFIDF: trained, KEYWORDS: by_keywords}


def _corpus(scope: Scope, screens: Screens, tell: Tell) -> list[Measured]:
    found = []
    for language in scope.languages:
        for part in (Part.DEV, Part.TEST):
            tell(f"{language} {part}")
            found.append(measured(_lines(language, part, scope.most), screens[language]))
    return found


def _chats(scope: Scope, screens: Screens, tell: Tell) -> dict[str, list[public.Chat]]:
    if scope.data is None:
        return {}
    found: dict[str, list[public.Chat]] = {}
    for language in scope.languages:
        for texts in public.chats(scope.data, language, most=min(scope.most, scope.most_chat)):
            tell(texts.name)
            for name, one in screens[language].items():
                found.setdefault(name, []).append(public.chat(texts, language, one))
    return found


def _suicidality(
    data: Path, screens: Mapping[str, Screen], most: int
) -> dict[str, public.Suicidality | None]:
    texts = public.suicidal_texts(data, most=most)
    called = {
        name: [one(text).level.needs_card for text in texts.texts]
        for name, one in screens.items()
        if name != SHIPPED
    }
    unseen = public.read_unseen(texts)
    shipped = None if unseen is None else public.suicidality(*unseen)
    return {SHIPPED: shipped} | {
        name: public.suicidality(texts, raised) for name, raised in called.items()
    }


def _curves(scope: Scope, tell: Tell) -> dict[str, list[Point]]:
    found = {}
    for language in scope.languages:
        tell(f"{language}: learning curve")
        train, dev = load(language, Part.TRAIN), load(language, Part.DEV)
        found[str(language)] = learning_curve(train, dev, language)
    return found


def _lines(language: Language, part: Part, most: int) -> tuple[Line, ...]:
    """Return a part, or lines from all over it."""
    lines = load(language, part)
    return lines[:: max(1, len(lines) // most)]
