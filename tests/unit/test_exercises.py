"""Exercises as they are written down: ours are right, and a wrong one is told by its step."""

from __future__ import annotations

import copy
import tomllib
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.exercise_file import check_exercise, packaged_exercises, read_exercise
from companion.care.exercises import TOPICS, Effort, StepKind
from companion.care.games import ROUNDS, games, read_game
from companion.care.runner import Move, Run, Verb, begin, step_of, turned
from companion.care.shown import Reader, show, show_next
from companion.errors import ContentError
from companion.language import Language
from infra.senders.wire import VALUE_LIMIT, keyboard

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
#: An answer that would break a text which filled in quotes carelessly.
AWKWARD = "“{before}” {0} 100% <b>\n第二行"
EXERCISES = packaged_exercises()
SMALL = """
id = "small"
method = "cbt"
topics = ["anxiety"]
minutes = 3
effort = "low"
source = "Somebody (2000). A book. A publisher."
title = { zh = "小练习", en = "Small" }
about = { zh = "试一试。", en = "Try it." }

[[step]]
id = "thought"
kind = "ask"
keeps = "thought"
text = { zh = "写一句。", en = "Write a line." }

[[step]]
id = "way"
kind = "choose"
keeps = "way"
text = { zh = "你写了{thought}，选哪个？", en = "You wrote {thought}. Which one?" }
[[step.choice]]
code = "slow"
label = { zh = "慢的", en = "Slow" }
next = "breathe"
[[step.choice]]
code = "none"
label = { zh = "都不", en = "Neither" }
next = "close"

[[step]]
id = "breathe"
kind = "timer"
rounds = 2
text = { zh = "呼吸。", en = "Breathe." }
[[step.phase]]
seconds = 4
label = { zh = "吸气", en = "In" }
[[step.phase]]
seconds = 6
label = { zh = "呼气", en = "Out" }

[[step]]
id = "close"
kind = "say"
text = { zh = "好了。", en = "Done." }
"""


def written(**changes):
    return tomllib.loads(SMALL) | changes


def with_step(name, **changes):
    document = copy.deepcopy(written())
    next(one for one in document["step"] if one["id"] == name).update(changes)
    return document


def without(document, *keys):
    return {key: value for key, value in document.items() if key not in keys}


def entry_of(exercise, run):
    return Entry(
        id=UUID(int=7),
        student_id=UUID(int=8),
        kind=EntryKind.EXERCISE,
        name=exercise.id,
        state=EntryState.RUNNING,
        at=NOW,
        updated_at=NOW,
        body=run.as_json(),
    )


# ------------------------------------------------------------ ours


def test_there_are_twenty_exercises_at_least_and_something_for_every_need():
    topics = Counter(topic for one in EXERCISES.values() for topic in one.topics)

    assert len(EXERCISES) >= 20
    assert set(topics) >= {"sleep", "anxiety", "exam", "low_mood", "procrastination", "panic"}
    assert sum(one.effort is Effort.LOW for one in EXERCISES.values()) >= 5


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", EXERCISES)
def test_every_way_through_an_exercise_comes_to_its_end(name, language):
    exercise = EXERCISES[name]
    ends, steps = 0, set()

    for run, done in _walks(exercise, begin(exercise)):
        assert done.run.is_over
        entry = entry_of(exercise, run)
        ending = show_next(
            exercise, done, entry, Reader(language=language, plays=False), verb=Verb.NEXT
        )
        assert [one.value.split()[2:] for one in ending.choices[:3]] == [
            ["helped", "yes"],
            ["helped", "little"],
            ["helped", "no"],
        ]
        steps |= set(done.run.trail)
        ends += 1

    assert ends >= 1
    assert steps == set(exercise.steps), "every step is on some way"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", EXERCISES)
def test_every_step_fits_a_phone_and_every_button_fits_telegram(name, language):
    exercise = EXERCISES[name]
    kept = {one.keeps: _answer(one) for one in exercise.steps.values() if one.keeps}

    for step in exercise.steps.values():
        run = Run(step=step.id, turn=99, kept=kept, trail=(exercise.first.id,))
        shown = show(exercise, run, entry_of(exercise, run), Reader(language=language, plays=False))
        rows = keyboard(shown.choices)
        labels = [button["text"] for row in rows for button in row]
        assert 0 < len(shown.text) < 1500
        assert len(labels) == len(shown.choices), "none is too long to be sent"
        assert len(set(labels)) == len(labels)
        assert all(len(one.value.encode()) <= VALUE_LIMIT for one in shown.choices)


def test_the_numbers_of_a_scale_stand_on_two_rows():
    exercise = EXERCISES["box-breathing"]
    run = begin(exercise)

    rows = keyboard(
        show(
            exercise, run, entry_of(exercise, run), Reader(language=Language.ZH, plays=False)
        ).choices
    )

    assert [[button["text"] for button in row] for row in rows[:2]] == [
        ["0", "1", "2", "3", "4", "5"],
        ["6", "7", "8", "9", "10"],
    ]


def _walks(exercise, run):
    """Every way that differs in its choices: the state before the last move, and the end."""
    step = step_of(exercise, run)
    for move in _moves(step):
        done = turned(exercise, run, move, now=NOW)
        assert done is not None, (step.id, move)
        if done.run.is_over:
            yield run, done
        elif done.run.step == step.id:  # one of several was chosen
            yield from _ended(exercise, done.run)
        else:
            yield from _walks(exercise, done.run)


def _ended(exercise, run):
    done = turned(exercise, run, Move(Verb.DONE), now=NOW)
    yield from [(run, done)] if done.run.is_over else _walks(exercise, done.run)


def _moves(step):
    match step.kind:
        case StepKind.ASK:
            return [Move(Verb.SAY, AWKWARD)]
        case StepKind.SCALE:
            return [Move(Verb.NUMBER, "7")]
        case StepKind.CHOOSE if step.many:
            return [Move(Verb.PICK, step.options[-1].code)]
        case StepKind.CHOOSE:
            ways = {one.next: one for one in reversed(step.options)}
            return [Move(Verb.PICK, one.code) for one in ways.values()]
        case _:
            return [Move(Verb.NEXT)]


def _answer(step):
    if step.kind is StepKind.CHOOSE:
        return [one.code for one in step.options] if step.many else step.options[0].code
    return 7 if step.kind is StepKind.SCALE else AWKWARD


# ------------------------------------------------------------ what a counsellor may get wrong


def test_a_right_file_has_no_problems():
    assert check_exercise(written(), file="small.toml") == []
    assert read_exercise(written(), file="exercises/small.toml").steps["way"].next == "breathe"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param(written(colour="red"), "small.toml: unknown key 'colour'", id="typing-error"),
        pytest.param(written(id="other"), "the file is named small.toml", id="name"),
        pytest.param(written(method="magic"), "'method' must be one of", id="method"),
        pytest.param(written(topics=["magic"]), "unknown topic 'magic'", id="topic"),
        pytest.param(written(minutes=0), "'minutes' must be a whole number", id="minutes"),
        pytest.param(written(title={"zh": "小"}), "'title' has no text in en", id="language"),
        pytest.param(without(written(), "source"), "'source' is missing", id="source"),
        pytest.param(written(step=[]), "there is no [[step]]", id="empty"),
        pytest.param(
            with_step("close", kind="sing"), "step 'close': 'kind' must be one of", id="kind"
        ),
        pytest.param(
            with_step("close", rounds=2), "step 'close': unknown key 'rounds'", id="key-of-step"
        ),
        pytest.param(
            with_step("close", next="nowhere"),
            "'next' names 'nowhere', which is no step",
            id="next",
        ),
        pytest.param(
            with_step("close", next="way"), "'next' leads back to 'way'", id="round-and-round"
        ),
        pytest.param(
            with_step("thought", next="close"), "step 'way': no way leads here", id="unreachable"
        ),
        pytest.param(
            with_step("thought", optional=True), "step 'way': quotes {thought}", id="may-be-empty"
        ),
        pytest.param(
            with_step("close", text={"zh": "{way}", "en": "{wya}"}),
            "step 'close': quotes {wya} in en",
            id="misspelt-quote",
        ),
        pytest.param(
            with_step("close", text={"zh": "好{了", "en": "Done"}),
            "step 'close': a stray brace in zh",
            id="brace",
        ),
        pytest.param(
            with_step("breathe", rounds=99), "step 'breathe': 'rounds' must be", id="rounds"
        ),
        pytest.param(
            with_step("breathe", phase=[{"seconds": 61, "label": {"zh": "吸", "en": "In"}}]),
            "step 'breathe', phase number 1: 'seconds' must be a whole number from 1 to 60",
            id="phase",
        ),
        pytest.param(
            with_step(
                "breathe", rounds=30, phase=[{"seconds": 60, "label": {"zh": "吸", "en": "In"}}]
            ),
            "the timer runs 1800 s; 600 s at most",
            id="timer",
        ),
        pytest.param(
            with_step("way", choice=[{"code": "a", "label": {"zh": "好", "en": "Good"}}]),
            "needs 2 to 14 [[step.choice]]",
            id="one-choice",
        ),
        pytest.param(
            with_step(
                "way",
                choice=[
                    {"code": "a", "label": {"zh": "好", "en": "Good"}},
                    {"code": "b", "label": {"zh": "行", "en": "good"}},
                ],
            ),
            "step 'way': two buttons say 'good' in en",
            id="twins",
        ),
        pytest.param(
            with_step(
                "way",
                choice=[
                    {"code": "a" * 25, "label": {"zh": "好", "en": "Good"}},
                    {"code": "b", "label": {"zh": "长" * 25, "en": "Fine"}},
                ],
            ),
            "24 at most",
            id="long-code",
        ),
        pytest.param(
            with_step(
                "way",
                choice=[
                    {"code": "a", "label": {"zh": "好", "en": "Good"}},
                    {"code": "b", "label": {"zh": "长" * 25, "en": "Fine"}},
                ],
            ),
            "step 'way', choice 'b': 'label' is too long for a button in zh",
            id="long-label",
        ),
    ],
)
def test_what_is_wrong_is_told_by_file_and_step(document, told):
    problems = check_exercise(document, file="small.toml")

    assert any(told in problem for problem in problems), problems
    with pytest.raises(ContentError, match=r"small\.toml"):
        read_exercise(document, file="small.toml")


def test_every_topic_has_its_words():
    assert len(TOPICS) == len(set(TOPICS)) == 21


# ------------------------------------------------------------ games


def test_there_are_two_games_with_enough_rounds_in_both_languages():
    assert len(games()) == 2
    for game in games().values():
        assert {len(rounds) for rounds in game.rounds.values()} == {len(game.rounds[Language.ZH])}
        assert len(game.rounds[Language.ZH]) >= 4 * ROUNDS


def test_a_wrong_game_is_told_by_its_round():
    _, problems = read_game({"id": "g", "round": [{"zh": {"text": "一"}}]}, file="g.toml")

    assert "g.toml, round number 1: has nothing in en" in problems
    assert "g.toml, round number 1, zh: 'right' must name one or more of the options" in problems
