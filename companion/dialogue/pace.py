"""How long to wait for a student's next line before answering."""

from __future__ import annotations

from companion.campus import Pace

_SMOOTHING = 0.3  # weight of the newest gap in the running mean
_SLACK = 1.6  # wait this many usual gaps, so that most next lines fall inside
_BURST_SECONDS = 20.0  # a longer gap is a new thought, not the student's typing
_LONG_LINE = 40  # characters; a long line is seldom the first half of another
_FINAL = tuple("。！？!?…")
_TRAILING = tuple(",，、:：;；-—(（")


def next_gap(usual: float | None, *, seconds: float) -> float | None:
    """Return the student's usual gap after one more was seen; long pauses teach nothing."""
    if not 0.0 <= seconds <= _BURST_SECONDS:
        return usual
    return seconds if usual is None else (1 - _SMOOTHING) * usual + _SMOOTHING * seconds


def patience(last_line: str, *, usual_gap: float | None, pace: Pace) -> float:
    """Return how many seconds of quiet after a line mean that the student has finished.

    A finished or long sentence shortens the wait, an open one ("and then,") lengthens it.
    """
    wait = pace.usual if usual_gap is None else min(usual_gap * _SLACK, pace.longest)
    line = last_line.rstrip()
    if line.endswith(_TRAILING):
        wait *= 1.5
    elif line.endswith(_FINAL) or len(line) >= _LONG_LINE:
        wait *= 0.5
    return min(max(wait, pace.shortest), pace.longest)
