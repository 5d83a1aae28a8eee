"""Every text is judged the moment it arrives, by itself and in its talk (law 3).

Phrases and the talk so far say what they find, the trained models say how likely each level is,
and the policy weighs both. What a person plainly said cannot be talked away by a model: where
phrases or the talk are certain, their level stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from companion.language import Language
from companion.learned.files import ModelUnusableError
from companion.risk.by_phrases import by_phrases
from companion.risk.learned import language_of, models, signals, stored
from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.risk.normalise import views
from companion.risk.policy import Policy, Weighed
from companion.risk.windows import readings
from companion.turns import Turn

#: What the models saw where no phrase says it, for a counsellor to read.
_SEEN = {
    Kind.SUICIDE: "reads like thoughts of not going on living",
    Kind.SELF_HARM: "reads like hurting oneself",
    Kind.ABUSE: "reads like being hurt, threatened or pressed by somebody",
    Kind.HARM_TO_OTHERS: "reads like wanting to hurt somebody",
    Kind.MEDICAL: "reads like a body in danger",
    Kind.PSYCHOSIS: "reads like hearing or believing what others do not",
    Kind.EATING: "reads like eating that is out of hand",
    Kind.DEPENDENCE: "reads like not getting away from something",
    Kind.DISTRESS: "reads like lasting distress",
}
_WITHOUT_MODELS = "the trained models could not be read: judged by phrases alone, on the careful side"


def screen(text: str, *, history: Sequence[Turn] = ()) -> Verdict:
    """Judge one text in its talk; the same input always gives the same verdict.

    `history` is oldest first and does not hold `text`. Time is bounded for any length. Without
    usable model files everything unclear counts as worrying.
    """
    ruled = by_phrases(text, history=history)
    try:
        said = signals(readings(text), history)
        weighed = _policy(language_of(views(text[:600])[-1])).weigh(said, by_phrases=ruled.level)
    except ModelUnusableError:
        return _careful(ruled)
    return _joined(ruled, weighed)


def unusable_models() -> list[str]:
    """Return what is wrong with the models, a sentence for each; empty when all can be read.

    Reads them, so that the first message does not wait for it.
    """
    wrong = []
    for language in Language:
        try:
            models(language)
            _policy(language)
        except ModelUnusableError as error:
            wrong.append(str(error))
    return wrong


def _joined(ruled: Verdict, weighed: Weighed) -> Verdict:
    level = weighed.level
    if level is Level.NONE:
        return Verdict(level=level, subject=_harmless_subject(ruled, weighed), score=weighed.score)
    kinds = ruled.kinds if ruled.level >= Level.MODERATE else weighed.kinds
    evidence = ruled.evidence
    if ruled.level < level:
        evidence += tuple(_SEEN[kind] for kind in weighed.kinds)
    return Verdict(
        level=level,
        kinds=tuple(dict.fromkeys((*kinds, *weighed.kinds))),
        subject=weighed.subject,
        score=round(weighed.score, 3),
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _harmless_subject(ruled: Verdict, weighed: Weighed) -> Subject:
    return ruled.subject if ruled.subject is Subject.FICTION else weighed.subject


def _careful(ruled: Verdict) -> Verdict:
    """Return a verdict one step above what the phrases found, where they are not certain."""
    level = max(ruled.level, Level.WATCH) if ruled.level is not Level.WATCH else Level.MODERATE
    return Verdict(
        level=level,
        kinds=ruled.kinds or (Kind.DISTRESS,),
        subject=ruled.subject,
        score=max(ruled.score, 0.3),
        evidence=(*ruled.evidence, _WITHOUT_MODELS),
    )


@cache
def _policy(language: Language) -> Policy:
    return Policy.read(stored(language))
