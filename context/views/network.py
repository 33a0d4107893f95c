"""The network section: the mood around her, or nothing."""

from datetime import date, timedelta

from context.document import Absence, AbsenceReason, MoodStep, NetworkSection
from context.joined import Joined
from context.network import people_bucket, step

VALID = timedelta(days=3)
"""Age up to which a network mood is served."""
QUARTERS = 4

_STEPS = (MoodStep.LOW, MoodStep.MIXED, MoodStep.HIGH)


def network_section(joined: Joined, today: date, own: float | None) -> NetworkSection | Absence:
    """Return the mood of the people she follows.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
        own: Her own valence, -1 to 1; None unless the reader may see it.
    """
    found = joined.network
    if found is None or today - found.day > VALID:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    mood = found.mood / 100
    return NetworkSection(
        as_of=joined.as_of,
        sources=joined.sources,
        mood=_STEPS[step(mood)],
        people=people_bucket(found.people),
        confidence=round(found.people / (found.people + 10), 2),
        difference=None if own is None else round(QUARTERS * (own - mood)) / QUARTERS,
        day=found.day,
    )
