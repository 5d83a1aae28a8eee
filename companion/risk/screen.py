"""Every text is judged the moment it arrives, by itself and in its talk (law 3).

Phrases and the talk so far say what they find, the trained models say how likely each level is,
and the policy weighs both. What a person plainly said cannot be talked away by a model: where
phrases or the talk are certain, their level stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from companion.language import Language
from companion.learned.files import ModelUnusableError
from companion.risk.by_phrases import Ruled, ruled
from companion.risk.learned import (
    ENCODED,
    Signals,
    encoder,
    language_of,
    looked_twice,
    models,
    signals,
    stored,
    stored_encoder,
)
from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.risk.normalise import count_cjk
from companion.risk.policy import Policy, Weighed
from companion.risk.windows import Readings, readings
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
#: A phrase's level stands unless the models find moderate less likely than this: then its words
#: are taken for the harmless use that no rule foresaw.
_PLAUSIBLE = 0.15
#: "I am not suicidal, it is long over" holds the models back, unless there is more in the text than
#: that and they find it this alarming: people deny one thing and tell another.
_BEYOND_DENIAL = 0.8
_LITTLE = {Language.ZH: 14, Language.EN: 8}  # Chinese characters; English words
#: Words as few as these are often half a sentence: the models must be sure of them.
_VERY_LITTLE = {Language.ZH: 5, Language.EN: 3}
_SURE = 0.75
#: Beyond so many characters a text is read in parts, and what a phrase finds in any part stands.
_LONG = 400
#: Phrases and the talk may be surer than the models: the score never contradicts the level.
_LEAST = {
    Level.NONE: 0.0,
    Level.WATCH: 0.0,
    Level.MODERATE: 0.5,
    Level.HIGH: 0.6,
    Level.IMMINENT: 0.7,
}
#: Two Chinese characters or two words: less than that says nothing that a model could weigh.
_SIGNS = re.compile(r"[\u3400-\u9fff].*[\u3400-\u9fff]|[a-z]+[^a-z]+[a-z]+", re.DOTALL)
_WITHOUT_MODELS = (
    "the trained models could not be read: judged by phrases alone, on the careful side"
)


def screen(text: str, *, history: Sequence[Turn] = ()) -> Verdict:
    """Judge one text in its talk; the same input always gives the same verdict.

    `history` is oldest first and does not hold `text`. Time is bounded for any length. Without
    usable model files everything unclear counts as worrying.
    """
    read = readings(text)
    rules = ruled(text, read, history=history)
    try:
        weighed = _weighed(signals(read, history), by_phrases=rules.verdict.level)
        if history and rules.verdict.level.needs_card:
            # What is plainly said weighs no less for what was said before it.
            alone = _weighed(signals(read, ()), by_phrases=rules.verdict.level)
            weighed = max(weighed, alone, key=lambda one: one.level)
        elif history and weighed.level.needs_card and _is_from_nowhere(rules, read, history):
            weighed = replace(weighed, level=Level.WATCH)
    except ModelUnusableError:
        return _careful(rules.verdict)
    is_brief = not history and _SIGNS.search(read[0][-1]) is None
    return _joined(rules, _held_back(rules, weighed, read[0][-1], is_brief=is_brief), text)


def unusable_models() -> list[str]:
    """Return what is wrong with the models, a sentence for each; empty when all can be read.

    Reads them, so that the first message does not wait for it.
    """
    wrong = []
    for language in Language:
        try:
            models(language)
            _quick_policy(language)
            if language in ENCODED:
                encoder(language)
                _full_policy(language)
        except ModelUnusableError as error:
            wrong.append(str(error))
    return wrong


def _is_from_nowhere(rules: Ruled, read: Readings, history: Sequence[Turn]) -> bool:
    """Whether neither a few words by themselves nor any turn before them say anything worrying.

    A harmless question and "fine" are not dark because the models have seen such answers.
    """
    is_found = rules.verdict.level > Level.NONE or rules.by_talk > Level.NONE
    if is_found or not _is_little(read[0][-1]):
        return False
    if _SIGNS.search(read[0][-1]) is not None:
        alone = _weighed(signals(read, ()), by_phrases=Level.NONE)
        if alone.level > Level.NONE:
            return False
    return all(screen(turn.text).level is Level.NONE for turn in history)


def _held_back(rules: Ruled, weighed: Weighed, view: str, *, is_brief: bool) -> Weighed:
    """Return what the models may say of a text that denies, tells of the past or of a story."""
    found = rules.verdict
    says_more = not _is_little(view) and weighed.score >= _BEYOND_DENIAL
    is_past = found.subject is Subject.PAST and found.level is Level.WATCH
    if is_brief or ((rules.is_denied or is_past) and not says_more):
        return replace(weighed, level=min(weighed.level, max(found.level, Level.WATCH)))
    is_half = _is_little(view, _VERY_LITTLE) and weighed.score < _SURE
    if is_half and found.level is Level.NONE:
        return replace(weighed, level=min(weighed.level, Level.WATCH))
    is_story = found.subject is Subject.FICTION and found.level is Level.NONE
    if is_story and not says_more:
        return replace(weighed, level=Level.NONE)
    return weighed


def _is_little(view: str, most: Mapping[Language, int] = _LITTLE) -> bool:
    language = language_of(view)
    signs = count_cjk(view) if language is Language.ZH else len(view.split())
    return signs <= most[language]


def _joined(rules: Ruled, weighed: Weighed, text: str) -> Verdict:
    found = rules.verdict
    level = _level(rules, weighed, is_long=len(text) > _LONG)
    if level is Level.NONE:
        return Verdict(level=level, subject=_harmless_subject(found, weighed), score=weighed.score)
    is_said = found.level >= level
    kinds = (*found.kinds, *weighed.kinds) if is_said else (*weighed.kinds, *found.kinds)
    seen = () if is_said else tuple(_SEEN[kind] for kind in weighed.kinds)
    return Verdict(
        level=level,
        kinds=tuple(dict.fromkeys(kinds)) or (Kind.DISTRESS,),
        subject=found.subject if found.level >= Level.MODERATE else weighed.subject,
        score=round(max(weighed.score, _LEAST[level]), 3),
        evidence=tuple(dict.fromkeys((*found.evidence, *seen))),
    )


def _level(rules: Ruled, weighed: Weighed, *, is_long: bool) -> Level:
    """Return the level that holds: the models', unless phrases or the talk know better."""
    level = weighed.level
    phrases = rules.verdict.level
    if rules.is_settled:
        return phrases
    if is_long or weighed.score >= _PLAUSIBLE or phrases <= Level.WATCH:
        level = max(level, phrases)
    return max(level, rules.by_talk)


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


def _weighed(said: Signals, *, by_phrases: Level) -> Weighed:
    """Weigh what the quick models say; where they are in doubt, let the encoder read as well."""
    weighed = _quick_policy(said.language).weigh(said, by_phrases=by_phrases)
    if said.language not in ENCODED:
        return weighed
    full = _full_policy(said.language)
    if weighed.score < full.doubt:
        return weighed
    return full.weigh(looked_twice(said), by_phrases=by_phrases)


@cache
def _quick_policy(language: Language) -> Policy:
    return Policy.read(stored(language))


@cache
def _full_policy(language: Language) -> Policy:
    return Policy.read(stored_encoder(language))
