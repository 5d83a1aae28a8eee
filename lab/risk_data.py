"""What the risk models learn from: our own lines, and PsySUICIDE beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.risk.by_phrases import by_phrases
from companion.risk.learned import KINDS, STEPS, SUBJECTS, in_talk, language_of
from companion.risk.levels import Level, Subject
from companion.risk.normalise import views
from companion.risk.phrases import Rule, rules_in
from lab.corpus import Line, Part
from lab.sets import LabelledSet
from lab.small.heads import Answer, Head

#: A level can only be guessed for PsySUICIDE, whose classes are kinds: at risk means one of these.
_AT_RISK = np.array([0, 0, 1, 1, 1], dtype=np.float32) / 3
#: People's everyday chat of the public sets: nobody looked at it, nearly all of it is harmless.
_PRESUMED_NONE = np.array([0.95, 0.05, 0, 0, 0], dtype=np.float32)
_UNRELATED = np.array([0.7, 0.3, 0, 0, 0], dtype=np.float32)
_LEVELS = {True: _AT_RISK, False: _UNRELATED, None: _PRESUMED_NONE}
#: Stands for the writers of public texts.
OTHER_SET = "psysuicide"
_PHRASES = "phrases"
_PHRASES_COUNT = 3  # a clinician's example weighs as much as three lines
UNRELATED_CLASS = "与自杀/自伤/攻击行为无关"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Texts of one language as the models read them, with what is known of each."""

    language: Language
    texts: tuple[str, ...] = field(repr=False)
    #: Who wrote each text; folds never split a writer.
    writers: tuple[str, ...]
    #: Shape (texts, levels): a distribution over levels.
    levels: NDArray[np.float32]
    #: Shapes (texts, kinds) and (texts, subjects); NaN where nobody said.
    kinds: NDArray[np.float32]
    subjects: NDArray[np.float32]
    #: Which texts are ordinary chat: small talk and everyday stress, nothing that only looks risky.
    is_ordinary: NDArray[np.bool_]
    #: What the phrases alone say of each text: a level, shape (texts,).
    by_phrases: NDArray[np.int64]
    #: Which texts are PsySUICIDE's, in the set's order.
    is_suicidality: NDArray[np.bool_]

    @property
    def is_own(self) -> NDArray[np.bool_]:
        """Which texts are lines of our corpus."""
        return np.array([writer not in (OTHER_SET, _PHRASES) for writer in self.writers])

    @property
    def level(self) -> NDArray[np.int64]:
        """Return the likeliest level of each text."""
        return self.levels.argmax(axis=1)

    def marks(self) -> NDArray[np.float32]:
        """Return 1 where a text reaches a step, 0 where not, NaN where it is not known."""
        reached = np.stack([self.levels[:, step:].sum(axis=1) for step in STEPS], axis=1)
        reached[(reached > 0.01) & (reached < 0.99)] = np.nan  # noqa: PLR2004 - "not certain"
        return reached

    def heads(self) -> list[Head]:
        """Return what a reader is asked, in the order of `companion.risk.learned.OUTPUTS`."""
        one, several = Answer.ONE_OF, Answer.SEVERAL
        return [
            Head(name="level", size=len(Level), answer=one, targets=self.levels),
            Head(name="kinds", size=len(KINDS), answer=several, weight=1.5, targets=self.kinds),
            Head(name="subject", size=len(SUBJECTS), answer=one, weight=0.3, targets=self.subjects),
        ]


def material(
    lines: Sequence[Line],
    language: Language,
    *,
    suicidality: LabelledSet | None = None,
    chat: Sequence[str] = (),
) -> Material:
    """Return the lines that are read in a language, then PsySUICIDE's texts and everyday chat."""
    chosen = []
    for line in (*lines, *phrase_lines(language)):
        view = views(line.text)[-1]
        if language_of(view) is language:
            chosen.append((line, in_talk(view, line.history, language)))
    others = _others(suicidality) if language is Language.ZH else []
    others += [(text, None) for text in chat if by_phrases(text).level is Level.NONE]
    return Material(
        language=language,
        texts=(*(text for _, text in chosen), *(views(text)[-1] for text, _ in others)),
        writers=(*(line.writer for line, _ in chosen), *(OTHER_SET for _ in others)),
        levels=np.array(
            [np.eye(len(Level), dtype=np.float32)[line.level] for line, _ in chosen]
            + [_LEVELS[is_at_risk] for _, is_at_risk in others]
        ),
        kinds=np.array(
            [[kind in line.kinds for kind in KINDS] for line, _ in chosen]
            + [[np.nan] * len(KINDS) for _ in others],
            dtype=np.float32,
        ),
        subjects=np.array(
            [[subject is line.subject for subject in SUBJECTS] for line, _ in chosen]
            + [[np.nan] * len(SUBJECTS) for _ in others],
            dtype=np.float32,
        ),
        is_ordinary=np.array([line.is_everyday for line, _ in chosen] + [False for _ in others]),
        by_phrases=np.array(
            [by_phrases(line.text, history=line.history).level for line, _ in chosen]
            + [by_phrases(text).level for text, _ in others]
        ),
        is_suicidality=np.array(
            [False] * len(chosen) + [is_at_risk is not None for _, is_at_risk in others]
        ),
    )


def phrase_lines(language: Language) -> list[Line]:
    """Return what the phrase files give as examples, and as words that must stay harmless."""
    return [
        Line(
            id=f"{rule.id}-{number}",
            language=language,
            part=Part.TRAIN,
            writer=_PHRASES,
            text=text,
            level=level,
            kinds=rule.kinds if level > Level.NONE else (),
            subject=_subject(rule, level),
            slice="explicit",
        )
        for rule in rules_in(language)
        for level, texts in ((rule.level, rule.examples), (Level.NONE, rule.counter))
        for number, text in enumerate(texts * _PHRASES_COUNT)
    ]


def _subject(rule: Rule, level: Level) -> Subject:
    if level is Level.NONE:
        return Subject.UNCLEAR
    return Subject.OTHER if rule.is_about_other else Subject.SELF


def _others(suicidality: LabelledSet | None) -> list[tuple[str, bool | None]]:
    """Return PsySUICIDE's texts and whether one of the classes of risk holds."""
    if suicidality is None:
        return []
    at_risk = [place for place, label in enumerate(suicidality.labels) if label != UNRELATED_CLASS]
    marks: list[bool | None] = [bool(row.any()) for row in suicidality.marks[:, at_risk]]
    return list(zip(suicidality.texts, marks, strict=True))
