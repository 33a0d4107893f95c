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

    :ivar id: opaque; the same from one refresh to the next.
    :ivar label: a short name made of its terms.
    :ivar terms: its most telling words, from a public vocabulary.
    :ivar direction: rising, steady or fading.
    :ivar share: part of her recent posts, 0 to 1, newer posts weighing more.
    :ivar valence: how she feels in these posts, -1 to 1; null when too few.
    :ivar confidence: 0 to 1.
    :ivar evidence: number of posts behind it.
    :ivar first_seen: day of the first post.
    :ivar last_seen: day of the latest post.
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

    :ivar direction: rising, steady, falling or unknown.
    :ivar change: later minus earlier valence, -2 to 2; 0 unless a change is called.
    :ivar since: the UTC day from which on it is different; null unless a change is called.
    """

    direction: TrendDirection
    change: float
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyValence:
    """One day of the chart.

    :ivar day: UTC day.
    :ivar posts: posts of that day.
    :ivar valence: valence of that day and, with less weight, of those before it; -1 to 1.
    :ivar low: lower end of its 90 % interval.
    :ivar high: upper end of its 90 % interval.
    """

    day: date
    posts: int
    valence: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A topic that moves her overall valence.

    :ivar id: the topic's id.
    :ivar label: the topic's label.
    :ivar effect: her valence minus what it would be without this topic's posts, -2 to 2.
    """

    id: str
    label: str
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentSection:
    """How she seems to feel.

    :ivar valence: share of positive less share of negative posts, -1 to 1, newer posts weighing more.
    :ivar interval: its 90 % interval, low and high.
    :ivar confidence: 0 to 1.
    :ivar evidence: posts behind it, counted by their weight.
    :ivar trend: whether it changed.
    :ivar daily: the days of the window on which she posted, oldest first.
    :ivar drivers: topics that move it most; empty unless the topics section is granted too.
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

    :ivar mood: low, mixed or high.
    :ivar people: bucket of the number of people behind it, such as ``10-24``.
    :ivar confidence: 0 to 1.
    :ivar difference: her own valence less the network's, rounded to quarters; null unless the
        sentiment section is granted and available too.
    :ivar day: UTC day for which the mood was released.
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

    :ivar hours: share of her posts by hour of the day in UTC; 24 numbers that sum to 1.
    :ivar active_hours: hours (UTC) in which she posts clearly more than evenly spread.
    :ivar posts_per_week: bucket such as ``4-10``.
    :ivar confidence: 0 to 1.
    :ivar evidence: number of posts behind it.
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

    :ivar as_of: when it was rendered.
    :ivar brief: two or three plain sentences, made of the sections below and nothing else.
    :ivar sections: the sections.
    """

    as_of: datetime
    brief: str
    sections: Sections
