"""The rhythm section, as a reader gets it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


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
