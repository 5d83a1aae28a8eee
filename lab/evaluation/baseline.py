"""TF-IDF and logistic regression on our own training lines: what a day's work would give."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import FeatureUnion, Pipeline

from companion.language import Language
from companion.risk.levels import Kind, Level, Verdict
from companion.turns import Role, Turn
from lab.corpus import Line
from lab.evaluation.judged import Screen
from lab.evaluation.metrics import threshold_for

_SEED = 5
_FOLDS = 3
_STRENGTH = 6.0  # inverse of the L2 penalty
_LINES_BACK = 2
#: The share of harmless lines that may be raised; the shipped models keep to the same.
CEILING = 0.03


def tfidf(lines: Sequence[Line], language: Language, *, ceiling: float = CEILING) -> Screen:
    """Return a screen trained on lines of one language.

    Its threshold raises a share `ceiling` of the harmless lines, each read by a model that saw
    no line of its writer. Needs lines of three writers.
    """
    texts = [_in_talk(line.text, line.history) for line in lines]
    at_risk = np.array([line.level.needs_card for line in lines])
    chances = cross_val_predict(
        _model(language),
        texts,
        at_risk,
        groups=[line.writer for line in lines],
        cv=GroupKFold(n_splits=_FOLDS, shuffle=True, random_state=_SEED),
        method="predict_proba",
    )[:, 1]
    harmless = np.array([line.level is Level.NONE for line in lines])
    threshold = threshold_for(chances[harmless], raised=ceiling)
    return partial(_screen, _model(language).fit(texts, at_risk), threshold)


def _screen(
    model: Pipeline, threshold: float, text: str, *, history: Sequence[Turn] = ()
) -> Verdict:
    chance = _chance(model.predict_proba([_in_talk(text, history)]))
    if chance < threshold:
        return Verdict(level=Level.NONE, score=chance)
    return Verdict(level=Level.MODERATE, kinds=(Kind.SUICIDE,), score=chance)


def _chance(chances: NDArray[np.floating]) -> float:
    return float(chances[0, 1])


def _in_talk(text: str, history: Sequence[Turn]) -> str:
    """Return a text after the student's last lines."""
    own = [turn.text for turn in history if turn.role is Role.USER][-_LINES_BACK:]
    return "\n".join([*own, text])


def _model(language: Language) -> Pipeline:
    regression = LogisticRegression(
        C=_STRENGTH, class_weight="balanced", max_iter=400, random_state=_SEED
    )
    return Pipeline([("grams", _grams(language)), ("regression", regression)])


def _grams(language: Language) -> FeatureUnion:
    if language is Language.ZH:
        parts = [("characters", _vectors(analyzer="char", ngram_range=(1, 3)))]
    else:
        parts = [
            ("words", _vectors(analyzer="word", ngram_range=(1, 2))),
            ("letters", _vectors(analyzer="char_wb", ngram_range=(2, 5))),
        ]
    return FeatureUnion(parts)


_vectors = partial(TfidfVectorizer, min_df=2, sublinear_tf=True, lowercase=True)
