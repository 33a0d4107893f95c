"""The network section, as a reader gets it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from context.subjects import Subject


class MoodStep(StrEnum):
    """The network's mood in three coarse steps."""

    LOW = "low"
    MIXED = "mixed"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTopicSeen:
    """Something that several people she follows post about.

    Attributes:
        label: A short name made of its terms, with its subject where they are obscure.
        terms: Its most telling words, each used by five people or more.
        subject: The broad subject it belongs to, if any.
        people: Bucket of the number of people behind it, such as ``10-24``.
        shared: Whether she posts about it too; null unless the topics section is granted and
            available too.
    """

    label: str
    terms: list[str]
    subject: Subject | None
    people: str
    shared: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSection:
    """The mood around her.

    Attributes:
        mood: Low, mixed or high.
        people: Bucket of the number of people behind it, such as ``10-24``.
        confidence: 0 to 1.
        difference: Her own valence less the network's, rounded to quarters; null unless the
            sentiment section is granted and available too.
        topics: What the people around her post about, the widest first.
        own_topics: Labels of topics of hers that are none of the network's; empty unless the
            topics section is granted and available too.
        day: UTC day for which the mood was released.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    mood: MoodStep
    people: str
    confidence: float
    difference: float | None
    topics: list[NetworkTopicSeen]
    own_topics: list[str]
    day: date
