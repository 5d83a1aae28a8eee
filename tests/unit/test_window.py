from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.dialogue.window import CUT_MARK, LINE_OVERHEAD, estimate_tokens, fit, merge, shorten
from companion.turns import Role, Turn


def says(text: str) -> Turn:
    return Turn(Role.USER, text)


def hears(text: str) -> Turn:
    return Turn(Role.ASSISTANT, text)


TALK = [says("一" * 50), hears("二" * 50), says("三" * 50), hears("四" * 50), says("五" * 50)]


def test_a_talk_that_fits_stays_whole() -> None:
    kept, dropped = fit(TALK, budget_tokens=1000, count=len)

    assert (list(kept), dropped) == (TALK, ())


def test_a_talk_that_fits_costs_one_question_to_the_backend() -> None:
    asked: list[str] = []

    fit(TALK, budget_tokens=1000, count=lambda text: asked.append(text) or len(text))

    assert len(asked) == 1


def test_the_newest_turns_stay_and_the_oldest_go() -> None:
    kept, dropped = fit(TALK, budget_tokens=3 * (50 + LINE_OVERHEAD), count=len)

    assert (list(kept), list(dropped)) == (TALK[2:], TALK[:2])


def test_of_one_giant_message_the_beginning_and_the_end_stay() -> None:
    giant = "开头" + "中" * 5000 + "结尾"

    (kept,), dropped = fit([*TALK, says(giant)], budget_tokens=300, count=len)

    assert kept.text.startswith("开头")
    assert kept.text.endswith("结尾")
    assert CUT_MARK in kept.text
    assert len(kept.text) + LINE_OVERHEAD <= 300
    assert len(dropped) == 5


def test_lines_in_a_row_become_one_so_that_sides_alternate() -> None:
    kept, _ = fit(
        [says("a"), says("b"), hears("c"), hears("d"), says("e")], budget_tokens=99, count=len
    )

    assert kept == (says("a\nb"), hears("c\nd"), says("e"))


def test_no_talk_is_no_talk() -> None:
    assert fit([], budget_tokens=100, count=len) == ((), ())
    assert merge([]) == ()


@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=20), budget=st.integers(40, 2000))
def test_what_is_kept_always_fits_and_nothing_is_forgotten(sizes: list[int], budget: int) -> None:
    talk = [
        Turn(Role.USER if n % 2 else Role.ASSISTANT, "字" * size) for n, size in enumerate(sizes)
    ]

    kept, dropped = fit(talk, budget_tokens=budget, count=len)

    # A merged line holds a line break for each joint, which its overhead pays for.
    assert sum(len(turn.text) + LINE_OVERHEAD for turn in kept) <= budget
    assert len(dropped) + sum(turn.text.count("\n") + 1 for turn in kept) == len(talk)


@given(text=st.text(max_size=500), most=st.integers(0, 200))
def test_a_shortened_text_fits(text: str, most: int) -> None:
    assert len(shorten(text, most, len)) <= max(most, len(CUT_MARK) * (most > 0))


@pytest.mark.parametrize(
    "text", ["你今天还好吗", "How are you today?", "😀😀", "ok 好的", "１２３"]
)
def test_the_estimate_is_on_the_careful_side(text: str) -> None:
    chinese = sum(ord(sign) > 0x24F for sign in text)

    assert estimate_tokens(text) >= chinese + (len(text) - chinese) / 4


def test_an_empty_text_has_no_tokens() -> None:
    assert estimate_tokens("") == 0
