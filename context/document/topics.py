"""The topics section, as a reader gets it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from context.emotion import Emotion
from context.subjects import Subject


class TopicDirection(StrEnum):
    """Whether a topic takes a growing, an equal or a shrinking share of what she posts."""

    RISING = "rising"
    STEADY = "steady"
    FADING = "fading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something she posts about.

    Attributes:
        id: Opaque; the same from one refresh to the next.
        label: A short name made of its terms, with its subject where they are obscure.
        terms: Its most telling words, from a public vocabulary.
        subject: The broad subject it belongs to, if any.
        direction: Rising, steady or fading.
        share: Part of her recent posts, 0 to 1, newer posts weighing more.
        valence: How she feels in these posts, -1 to 1; null when too few, or unless the sentiment
            section is granted too.
        emotions: What she feels most in these posts, the strongest first, two at most; empty
            unless the emotions section is granted too.
        answers: Part of these posts that answer somebody, 0 to 1; null unless the conversations
            section is granted too.
        confidence: 0 to 1.
        evidence: Number of posts behind it.
        first_seen: Day of the first post.
        last_seen: Day of the latest post.
    """

    id: str
    label: str
    terms: list[str]
    subject: Subject | None
    direction: TopicDirection
    share: float
    valence: float | None
    emotions: list[Emotion]
    answers: float | None
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
