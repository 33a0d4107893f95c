"""The emotions a post can carry: Ekman's six (1992) and optimism."""

from enum import StrEnum


class Emotion(StrEnum):
    """An emotion; a post may carry none or several."""

    ANGER = "anger"
    DISGUST = "disgust"
    FEAR = "fear"
    JOY = "joy"
    OPTIMISM = "optimism"
    SADNESS = "sadness"
    SURPRISE = "surprise"


EMOTIONS = tuple(Emotion)
"""All emotions, in the order of every row of numbers about them."""
NO_EMOTIONS = (0,) * len(EMOTIONS)
"""Counts of emotions where none was read."""
