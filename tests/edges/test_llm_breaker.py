from __future__ import annotations

from collections.abc import Callable

import pytest

from companion.errors import (
    ModelBroken,
    ModelOverloaded,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)
from companion.ports import ChatLine, ChatRole
from infra.llm import Breaker
from infra.llm.failures import AnswerCut
from tests.fakes.scripted_model import Call, ScriptedModel

PROMPT = (ChatLine(ChatRole.USER, "你好"),)
GOOD = ("我在听。", "你说。")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_breaker(*calls: Call) -> tuple[Breaker, ScriptedModel, Clock]:
    clock, model = Clock(), ScriptedModel(*calls)
    return Breaker(model, failures=3, cool_down=10, clock=clock), model, clock


def outcome(breaker: Breaker) -> str:
    try:
        return "".join(breaker.stream(PROMPT))
    except ModelUnavailable as error:
        return type(error).__name__


@pytest.mark.parametrize("error", [ModelTimeout, ModelBroken, ModelUnavailable])
def test_after_several_failures_in_a_row_the_model_is_left_alone(
    error: Callable[[], ModelUnavailable],
) -> None:
    breaker, model, _ = a_breaker((error(),))

    for _ in range(5):
        outcome(breaker)

    assert breaker.is_open
    assert len(model.prompts) == 3
    assert outcome(breaker) == "ModelUnavailable"


@pytest.mark.parametrize("error", [ModelOverloaded, PromptTooLong, AnswerCut])
def test_a_full_server_a_long_prompt_or_a_long_answer_is_no_failure(
    error: Callable[[], ModelUnavailable],
) -> None:
    breaker, model, _ = a_breaker((error(),))

    for _ in range(9):
        outcome(breaker)

    assert not breaker.is_open
    assert len(model.prompts) == 9


def test_a_good_answer_in_between_starts_the_count_again() -> None:
    bad = (ModelTimeout(),)
    breaker, _, _ = a_breaker(bad, bad, GOOD, bad, bad, GOOD)

    for _ in range(5):
        outcome(breaker)

    assert not breaker.is_open


def test_a_server_that_breaks_off_every_answer_is_found_out() -> None:
    breaker, model, _ = a_breaker(("我在", ModelBroken()))

    for _ in range(5):
        outcome(breaker)

    assert breaker.is_open
    assert len(model.prompts) == 3


def test_after_a_while_one_student_tries_and_the_others_follow() -> None:
    bad = (ModelTimeout(),)
    breaker, _, clock = a_breaker(bad, bad, bad, GOOD)
    for _ in range(3):
        outcome(breaker)

    clock.now += 10
    probe = breaker.stream(PROMPT)
    first = next(probe)

    assert first == GOOD[0]
    assert not breaker.is_open  # its first words let the others in
    assert outcome(breaker) == "".join(GOOD)
    assert "".join(probe) == GOOD[1]


def test_while_one_tries_the_others_do_not_wait_for_it() -> None:
    bad = (ModelTimeout(),)
    breaker, model, clock = a_breaker(bad, bad, bad, GOOD)
    for _ in range(3):
        outcome(breaker)
    clock.now += 10
    others: list[str] = []
    model.before_piece = lambda number: others.append(outcome(breaker)) if not others else None

    assert outcome(breaker) == "".join(GOOD)
    assert others == ["ModelUnavailable"]


def test_a_try_that_fails_costs_another_pause() -> None:
    breaker, model, clock = a_breaker((ModelTimeout(),))
    for _ in range(3):
        outcome(breaker)

    clock.now += 10
    outcome(breaker)
    clock.now += 9
    outcome(breaker)

    assert breaker.is_open
    assert len(model.prompts) == 4


def test_a_try_that_nobody_waits_for_any_more_makes_room_for_the_next() -> None:
    bad = (ModelTimeout(),)
    breaker, _, clock = a_breaker(bad, bad, bad, (ModelOverloaded(),), GOOD)
    for _ in range(3):
        outcome(breaker)
    clock.now += 10

    assert outcome(breaker) == "ModelOverloaded"
    assert outcome(breaker) == "".join(GOOD)


def test_a_reply_that_is_cancelled_says_nothing_against_the_model() -> None:
    breaker, model, _ = a_breaker(GOOD)

    for _ in range(5):
        stream = breaker.stream(PROMPT)
        next(stream)
        stream.close()

    assert not breaker.is_open
    assert model.closed_early == 5


def test_it_counts_and_measures_as_the_model_does() -> None:
    breaker, model, _ = a_breaker(GOOD)

    assert breaker.count_tokens("四个字呢") == 4
    assert breaker.prompt_tokens == model.prompt_tokens
