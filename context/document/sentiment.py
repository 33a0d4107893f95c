"""The sentiment section, as a reader gets it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class TrendDirection(StrEnum):
    """Where her sentiment has gone; ``unknown`` when too few posts could tell."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Whether her sentiment changed.

    Attributes:
        direction: Rising, steady, falling or unknown.
        change: Later minus earlier valence, -2 to 2; 0 unless a change is called.
        interval: The 90 % interval of the change, low and high; null unless a change is called.
        since: The UTC day from which on it is different; null unless a change is called.
    """

    direction: TrendDirection
    change: float
    interval: tuple[float, float] | None
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyValence:
    """One day of the chart.

    Attributes:
        day: UTC day.
        posts: Posts of that day.
        valence: Valence of that day and, with less weight, of those before it; -1 to 1.
        low: Lower end of its 90 % interval.
        high: Upper end of its 90 % interval.
    """

    day: date
    posts: int
    valence: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A topic that moves her overall valence, in the direction in which she feels about it.

    Where a change is called, only topics that had a part in it are drivers.

    Attributes:
        id: The topic's id.
        label: The topic's label.
        effect: Her valence minus what it would be without this topic's posts, -2 to 2.
        rest: Her valence without this topic's posts, -1 to 1; null when too few others.
    """

    id: str
    label: str
    effect: float
    rest: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentSection:
    """How she seems to feel.

    Attributes:
        valence: Share of positive less share of negative posts, -1 to 1, newer posts weighing more.
        interval: Its 90 % interval, low and high.
        confidence: 0 to 1.
        evidence: Number of posts of the window that were read for it.
        trend: Whether it changed.
        daily: The days of the window on which she posted, oldest first.
        drivers: Topics that move it most; empty unless the topics section is granted too.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    valence: float
    interval: tuple[float, float]
    confidence: float
    evidence: int
    trend: Trend
    daily: list[DailyValence]
    drivers: list[Driver]
