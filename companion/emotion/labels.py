"""The seven answers of the emotion models, and where each lies between bad and good."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Emotion(StrEnum):
    """What a text may show; several at once are possible."""

    JOY = "joy"
    SADNESS = "sadness"
    ANGER = "anger"
    FEAR = "fear"
    DISGUST = "disgust"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


#: How pleasant each is, -1 to 1. A design choice after the circumplex of affect (Russell 1980),
#: not measured: pleasure and displeasure at the ends, surprise and neutral in the middle.
VALENCE: Mapping[Emotion, float] = {
    Emotion.JOY: 0.9,
    Emotion.SADNESS: -0.8,
    Emotion.ANGER: -0.7,
    Emotion.FEAR: -0.7,
    Emotion.DISGUST: -0.6,
    Emotion.SURPRISE: 0.1,
    Emotion.NEUTRAL: 0.0,
}
#: How stirred up each is, 0 to 1; the same source.
AROUSAL: Mapping[Emotion, float] = {
    Emotion.JOY: 0.6,
    Emotion.SADNESS: 0.35,
    Emotion.ANGER: 0.85,
    Emotion.FEAR: 0.8,
    Emotion.DISGUST: 0.55,
    Emotion.SURPRISE: 0.75,
    Emotion.NEUTRAL: 0.25,
}
