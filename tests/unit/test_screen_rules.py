"""Each phrase file's own examples: what a counsellor wrote there is true."""

from __future__ import annotations

import pytest

from companion.errors import ContentError
from companion.language import Language
from companion.risk import Level
from companion.risk.findings import findings
from companion.risk.phrases import Rule, rule_of, rules, togethers
from companion.risk.screen import screen
from companion.risk.talk import questions

EXAMPLES = [
    pytest.param(rule, text, id=f"{rule.id}-{n}")
    for rule in rules()
    for n, text in enumerate(rule.examples)
]
COUNTERS = [
    pytest.param(rule, text, id=f"{rule.id}-{n}")
    for rule in rules()
    for n, text in enumerate(rule.counter)
]
ENTRY = {
    "id": "a-rule",
    "level": "moderate",
    "kinds": ["suicide"],
    "evidence": "says so",
    "patterns": ["abc"],
    "examples": ["abc"],
    "counter": ["xyz"],
}


@pytest.mark.parametrize(("rule", "text"), EXAMPLES)
def test_an_example_reaches_the_level_of_its_rule(rule: Rule, text: str) -> None:
    assert rule.id in {finding.rule for finding in findings(text)}
    assert screen(text).level >= rule.level


@pytest.mark.parametrize(("rule", "text"), COUNTERS)
def test_a_counter_example_brings_no_card(rule: Rule, text: str) -> None:
    fired = {finding.rule for finding in findings(text) if finding.level >= rule.level}

    assert rule.id not in fired
    assert not screen(text).level.needs_card


def test_no_two_rules_share_a_name() -> None:
    names = [rule.id for rule in rules()]

    assert len(names) == len(set(names))


def test_evidence_is_readable_and_quotes_nothing() -> None:
    evidence = [rule.evidence for rule in rules()]
    evidence += [both.evidence for both in togethers()]
    evidence += [question.evidence for question in questions()]

    for text in evidence:
        assert text.isascii()
        assert len(text.split()) >= 2


def test_signs_that_count_together_are_given_by_some_rule() -> None:
    given = {rule.sign for rule in rules()} | {"thoughts"}

    for both in togethers():
        assert both.needs | both.needs_one_of <= given | {"countdown"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"level": "grave"}, "level", id="unknown level"),
        pytest.param({"kinds": ["sadness"]}, "sadness", id="unknown kind"),
        pytest.param({"patterns": ["(abc"]}, "patterns", id="broken pattern"),
        pytest.param({"patterns": ["<nobody>"]}, "nobody", id="unknown fragment"),
        pytest.param({"patterns": []}, "patterns", id="no pattern"),
        pytest.param({"evidence": ""}, "evidence", id="no evidence"),
        pytest.param({"exmples": ["abc"]}, "exmples", id="misspelt key"),
        pytest.param({"negatable": "no"}, "negatable", id="not a yes or no"),
        pytest.param({"others": "maybe"}, "others", id="unknown others"),
        pytest.param({"about": "nobody"}, "about", id="unknown about"),
        pytest.param({"timeless": "yes"}, "timeless", id="timeless is not a yes or no"),
    ],
)
def test_a_bad_entry_is_refused_by_file_and_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(ContentError, match=rf"a\.toml.*a-rule.*{named}"):
        rule_of(ENTRY | change, language=Language.EN, file="a.toml")


def test_a_weak_sign_alone_is_only_noted() -> None:
    """Everyday words count only together with others: no rule of theirs has a level."""
    weak = [rule for rule in rules() if "-weak-" in rule.id]

    assert weak
    assert all(rule.level is Level.NONE and rule.sign for rule in weak)


def test_levels_of_signs_alone_never_bring_a_card() -> None:
    """A goodbye or a gift alone is noted; only together with more it is a worry."""
    assert all(
        rule.level <= Level.WATCH
        for rule in rules()
        if rule.id in ("zh-farewell-soft", "en-farewell-soft", "zh-gave-things", "en-gave")
    )
