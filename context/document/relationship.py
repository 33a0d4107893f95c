"""The relationship section, as a reader gets it: what she says of this company."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from context.document.sentiment import Trend
from context.subjects import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivals:
    """What she says of the company's rivals, taken together.

    Attributes:
        evidence: Posts that name one.
        valence: How she feels toward them, -1 to 1; null when too few.
    """

    evidence: int
    valence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipSection:
    """What she says of this company: of the names in its lens and nothing else.

    Attributes:
        valence: How she feels toward it, -1 to 1, newer posts weighing more; null when too few.
        interval: Its 90 % interval, low and high; null when the valence is.
        trend: Whether that changed.
        switching: How likely she thinks of leaving it or compares it with others, 0 to 1.
        advocacy: How likely she speaks up for it, 0 to 1.
        subjects: What her posts about it are about, the most frequent first; empty unless the
            topics section is granted too.
        network: Valence toward it among people she follows, rounded to quarters; null below five
            people, or unless the network section is granted too.
        rivals: What she says of its rivals; null where she names none.
        confidence: 0 to 1.
        evidence: Posts of hers that name it.
        first_seen: UTC day of the first; null if there is none.
        last_seen: UTC day of the latest; null if there is none.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    valence: float | None
    interval: tuple[float, float] | None
    trend: Trend
    switching: float
    advocacy: float
    subjects: list[Subject]
    network: float | None
    rivals: Rivals | None
    confidence: float
    evidence: int
    first_seen: date | None
    last_seen: date | None
