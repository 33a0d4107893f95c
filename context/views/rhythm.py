"""The rhythm section: when she is around."""

from datetime import date

from context.document import Absence, AbsenceReason, RhythmSection
from context.joined import Joined
from context.post import WINDOW_DAYS
from context.views.evidence import window_days

MIN_EVIDENCE = 10
"""Posts below which no rhythm is told."""
ACTIVE = 1.5 / 24
"""Share of an hour, smoothed with its neighbours, from which on she counts as active in it."""
HALF_SURE = 20
"""Posts at which a rhythm has a confidence of one half."""

_WEEKLY = ((1, "under 1"), (4, "1-3"), (11, "4-10"), (31, "11-30"))


def rhythm_section(joined: Joined, today: date) -> RhythmSection | Absence:
    """Return the hours she tends to post at.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
    """
    evidence = sum(joined.hours)
    if evidence < MIN_EVIDENCE:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    shares = [count / evidence for count in joined.hours]
    return RhythmSection(
        as_of=joined.as_of,
        sources=joined.sources,
        hours=[round(share, 4) for share in shares],
        active_hours=[h for h in range(24) if shares[h] and _smooth(shares, h) >= ACTIVE],
        posts_per_week=_per_week(joined, today),
        confidence=round(evidence / (evidence + HALF_SURE), 2),
        evidence=evidence,
    )


def _smooth(shares: list[float], hour: int) -> float:
    return shares[hour - 1] / 4 + shares[hour] / 2 + shares[(hour + 1) % 24] / 4


def _per_week(joined: Joined, today: date) -> str:
    weekly = 7 / WINDOW_DAYS * sum(day.posts for day in window_days(joined.days, today))
    return next((name for above, name in _WEEKLY if weekly < above), "over 30")
