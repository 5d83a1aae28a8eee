"""Suggestions: what fits comes first, what was refused never, and what we say of why is so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from companion.care.evidence import Dated, Sign, evidence, rules, said
from companion.care.exercise_file import packaged_exercises
from companion.care.exercises import METHODS, TOPICS, Effort
from companion.care.suggestions import ANY, Case, Tally, chance, situation, suggest
from companion.language import Language
from companion.texts import say

KNOWN = packaged_exercises()
SLEEPLESS = (evidence(Sign.WORDS, "sleep", times=3, word="睡不着", count=3),)
BY_DAY = Case(evidence=SLEEPLESS, tallies={}, own={}, is_night=False)


def drawn(case, *, times=60):
    found = (suggest(KNOWN, case, rng=Random(seed)) for seed in range(times))
    return [one for one in found if one is not None]


def names(case, **how):
    return Counter(one.exercise.id for one in drawn(case, **how))


def test_what_fits_comes_first():
    [(name, count), *_] = names(BY_DAY).most_common()

    assert "sleep" in KNOWN[name].topics
    assert count >= 48


def test_exploration_is_bounded_and_the_propensity_says_how_likely_it_was():
    found = drawn(BY_DAY, times=200)
    counts = Counter(one.exercise.id for one in found)

    assert sum(one.was_tried_out for one in found) / len(found) <= rules()["explore"] + 0.04
    assert all(0 < one.propensity <= 1 for one in found)
    [(best, times), *_] = counts.most_common()
    told = next(one.propensity for one in found if one.exercise.id == best)
    assert told == pytest.approx(times / len(found), abs=0.07)


def test_never_again_is_never_again():
    best = names(BY_DAY).most_common(1)[0][0]

    assert names(replace(BY_DAY, never=frozenset({best})), times=200)[best] == 0
    assert suggest(KNOWN, replace(BY_DAY, never=frozenset(KNOWN)), rng=Random(1)) is None


def test_at_night_nothing_that_asks_much():
    at_night = replace(BY_DAY, is_night=True, evidence=())

    assert all(one.exercise.effort is not Effort.HIGH for one in drawn(at_night, times=80))
    assert (
        Counter(one.exercise.effort for one in drawn(at_night)).most_common(1)[0][0] is Effort.LOW
    )


def test_after_a_crisis_only_what_is_calm_and_harmless():
    grave = replace(BY_DAY, is_grave=True)

    for one in drawn(grave, times=80):
        assert one.exercise.method in rules()["calm_methods"]
        assert one.exercise.effort is Effort.LOW
        assert one.exercise.careful is None


def test_what_helped_this_student_counts_more_than_what_helped_others():
    fitting = KNOWN["body-scan"]
    plain = chance(fitting, BY_DAY)

    others = replace(BY_DAY, tallies={"body-scan": Tally(helped=5, not_helped=0)})
    own = replace(BY_DAY, own={"body-scan": [1.0, 1.0]})
    not_own = replace(BY_DAY, own={"body-scan": [0.0, 0.0]})
    assert plain < chance(fitting, others)
    assert chance(fitting, not_own) < plain < chance(fitting, own)
    assert names(replace(BY_DAY, own={"body-scan": [1.0] * 4})).most_common(1)[0][0] == "body-scan"


def test_few_ratings_are_not_used_and_many_do_not_drown_the_rest():
    few = replace(BY_DAY, tallies={"body-scan": Tally(helped=2, not_helped=2)})
    many = replace(BY_DAY, tallies={"body-scan": Tally(helped=9000, not_helped=1000)})
    refused = replace(many, own={"body-scan": [0.0] * 10})

    assert chance(KNOWN["body-scan"], few) == chance(KNOWN["body-scan"], BY_DAY)
    assert chance(KNOWN["body-scan"], many) == pytest.approx(0.86, abs=0.06)
    assert chance(KNOWN["body-scan"], refused) < 0.6


def test_what_was_just_done_gives_way():
    best = names(BY_DAY).most_common(1)[0][0]

    assert names(replace(BY_DAY, just_seen=frozenset({best}))).most_common(1)[0][0] != best


def test_a_stranger_gets_something_easy_and_every_reason_is_of_the_exercise():
    nobody = Case(tallies={}, own={}, is_night=False)

    assert Counter(one.exercise.effort for one in drawn(nobody)).most_common(1)[0][0] is Effort.LOW
    for case in (nobody, BY_DAY):
        for one in drawn(case):
            assert all(fact.topic in one.exercise.topics for fact in one.because)
            assert all(fact in case.evidence for fact in one.because)


def test_the_situation_is_what_most_speaks_for():
    assert situation(()) == ANY
    assert situation([*SLEEPLESS, evidence(Sign.FELT, "anger", tone="x")]) == "sleep"


def test_words_are_counted_by_days():
    days = [date(2026, 3, day) for day in (1, 1, 2, 4)]
    texts = [Dated(day, "又睡不着了") for day in days] + [Dated(days[0], "今天吃了火锅")]

    [found] = said(texts, Sign.WORDS)

    assert (found.topic, found.fields["word"], found.fields["count"]) == ("sleep", "睡不着", 3)


def test_every_rule_names_something_that_exists():
    table = rules()

    assert set(table["weights"]) == {sign.value for sign in Sign}
    topics = {*table["goals"], *table["tags"].values(), *table["felt"].values()}
    topics |= {rule["topic"] for rule in table["scales"].values()}
    assert topics <= set(TOPICS)
    assert set(table["calm_methods"]) <= METHODS
    for language in Language:
        assert all(say(f"method.{method}", language) for method in METHODS)
        assert all(say(f"suggest.{sign}", language) for sign in Sign)
