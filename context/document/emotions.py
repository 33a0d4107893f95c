"""The emotions section, as a reader gets it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from context.emotion import Emotion


class PeakDirection(StrEnum):
    """Whether some days were an emotional high or a low."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionShare:
    """How much of what she posts carries an emotion.

    Attributes:
        emotion: Which.
        share: Part of her recent posts that carry it, 0 to 1, newer posts weighing more.
        confidence: 0 to 1.
        first_seen: First UTC day of the window on which it was felt clearly.
        last_seen: Last such day.
    """

    emotion: Emotion
    share: float
    confidence: float
    first_seen: date
    last_seen: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionPeak:
    """Some days on which an emotion stood out from how she usually writes.

    Attributes:
        day: The UTC day on which it was strongest.
        emotion: Which.
        direction: A high or a low.
        topic_id: The topic that it was mostly about; null where none stands out, or unless the
            topics section is granted too.
        topic_label: That topic's label.
        confidence: 0 to 1.
    """

    day: date
    emotion: Emotion
    direction: PeakDirection
    topic_id: str | None
    topic_label: str | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionsSection:
    """Which emotions her posts carry.

    Attributes:
        emotions: Those that are clearly there, the strongest first; a post may carry several.
        evidence: Number of posts of the window that were read for them.
        peaks: Highs and lows of the window, the latest first.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    emotions: list[EmotionShare]
    evidence: int
    peaks: list[EmotionPeak]
