"""The offline evaluation of suggestions, on a log whose truth is known."""

from __future__ import annotations

from lab.evaluation.suggestions import measure


def test_what_was_learned_is_worth_more_and_the_estimates_are_near_the_truth():
    worth = measure()

    assert worth["learned"].truth > worth["random"].truth + 0.08
    assert worth["learned"].truth > worth["judgement alone"].truth
    for one in worth.values():
        assert abs(one.doubly_robust - one.truth) < 0.08
        assert abs(one.inverse - one.truth) < 0.12
