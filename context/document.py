"""The context: the document rendered for a reader, section by section.

Plain frozen dataclasses, so that any framework can write them as JSON and draw their schema.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from context.section import Section


class AbsenceReason(StrEnum):
    """Why a section is not there."""

    NOT_GRANTED = "not_granted"
    NOTHING_LINKED = "nothing_linked"
    INSUFFICIENT_DATA = "insufficient_data"
    STALE = "stale"
    LINK_BROKEN = "link_broken"
    PENDING = "pending"


class TopicDirection(StrEnum):
    """Whether a topic takes a growing, an equal or a shrinking share of what she posts."""

    RISING = "rising"
    STEADY = "steady"
    FADING = "fading"


class TrendDirection(StrEnum):
    """Where her sentiment has gone; ``unknown`` when too few posts could tell."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    UNKNOWN = "unknown"


class MoodStep(StrEnum):
    """The network's mood in three coarse steps."""

    LOW = "low"
    MIXED = "mixed"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A section that is not there, and why."""

    status: Literal["absent"] = "absent"
    reason: AbsenceReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something she posts about.

    Attributes:
        id: Opaque; the same from one refresh to the next.
        label: A short name made of its terms.
        terms: Its most telling words, from a public vocabulary.
        direction: Rising, steady or fading.
        share: Part of her recent posts, 0 to 1, newer posts weighing more.
        valence: How she feels in these posts, -1 to 1; null when too few.
        confidence: 0 to 1.
        evidence: Number of posts behind it.
        first_seen: Day of the first post.
        last_seen: Day of the latest post.
    """

    id: str
    label: str
    terms: list[str]
    direction: TopicDirection
    share: float
    valence: float | None
    confidence: float
    evidence: int
    first_seen: date
    last_seen: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsSection:
    """What is on her mind, the most present first."""

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    topics: list[Topic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Whether her sentiment changed.

    Attributes:
        direction: Rising, steady, falling or unknown.
        change: Later minus earlier valence, -2 to 2; 0 unless a change is called.
        since: The UTC day from which on it is different; null unless a change is called.
    """

    direction: TrendDirection
    change: float
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
    """A topic that moves her overall valence.

    Attributes:
        id: The topic's id.
        label: The topic's label.
        effect: Her valence minus what it would be without this topic's posts, -2 to 2.
    """

    id: str
    label: str
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentSection:
    """How she seems to feel.

    Attributes:
        valence: Share of positive less share of negative posts, -1 to 1, newer posts weighing more.
        interval: Its 90 % interval, low and high.
        confidence: 0 to 1.
        evidence: Posts behind it, counted by their weight.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSection:
    """The mood around her.

    Attributes:
        mood: Low, mixed or high.
        people: Bucket of the number of people behind it, such as ``10-24``.
        confidence: 0 to 1.
        difference: Her own valence less the network's, rounded to quarters; null unless the
            sentiment section is granted and available too.
        day: UTC day for which the mood was released.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    mood: MoodStep
    people: str
    confidence: float
    difference: float | None
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmSection:
    """When she is around.

    Attributes:
        hours: Share of her posts by hour of the day in UTC; 24 numbers that sum to 1.
        active_hours: Hours (UTC) in which she posts clearly more than evenly spread.
        posts_per_week: Bucket such as ``4-10``.
        confidence: 0 to 1.
        evidence: Number of posts behind it.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    hours: list[float]
    active_hours: list[int]
    posts_per_week: str
    confidence: float
    evidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """All sections, each available or absent for a reason."""

    topics: TopicsSection | Absence
    sentiment: SentimentSection | Absence
    network: NetworkSection | Absence
    rhythm: RhythmSection | Absence

    def __getitem__(self, section: Section) -> "AnySection":
        """Return one section by its name."""
        found: AnySection = getattr(self, section.value)
        return found


AnySection = TopicsSection | SentimentSection | NetworkSection | RhythmSection | Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of one customer for one reader.

    Attributes:
        as_of: When it was rendered.
        brief: Two or three plain sentences, made of the sections below and nothing else.
        sections: The sections.
    """

    as_of: datetime
    brief: str
    sections: Sections
