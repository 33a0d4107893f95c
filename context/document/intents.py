"""The intents section, as a reader gets it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from context.intents import Intent
from context.subjects import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentTopic:
    """The topic that an intent is about.

    Attributes:
        id: The topic's id.
        label: The topic's label.
    """

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentClaim:
    """Something she seems to want.

    Attributes:
        intent: What.
        subject: The broad subject it is about; null where it has none, or unless the topics
            section is granted too.
        topic: The topic it is about; null where it has none, or unless the topics section is
            granted too.
        strength: How likely she still means it, 0 to 1; falls with the days since she wrote.
        confidence: How likely she meant it when she wrote, 0 to 1.
        evidence: Posts that show it, as many as are expected to.
        first_seen: UTC day of the first.
        last_seen: UTC day of the latest.
        expires: UTC day from which on it is not told any more, unless she says it again.
    """

    intent: Intent
    subject: Subject | None
    topic: IntentTopic | None
    strength: float
    confidence: float
    evidence: int
    first_seen: date
    last_seen: date
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentsSection:
    """What she seems to need or to plan, the strongest first; empty when nothing is live."""

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    intents: list[IntentClaim]
