"""The relationship section: what she says of the reader's own company."""

from collections.abc import Collection
from datetime import date

from context.document import Absence, AbsenceReason, RelationshipSection, Rivals
from context.intents import Intent
from context.joined import Joined
from context.relationship import Relationship, Shown
from context.subjects import Subject
from context.trend import USUAL, decay, estimate, tally
from context.views.evidence import either
from context.views.intents import LIFE
from context.views.network import VALID, in_quarters
from context.views.sentiment import trend_of

MIN_VALENCE = 4.0
"""Effective posts that name a company below which no valence toward it is told."""
HALF_SURE = 5
"""Posts at which what is said of a relationship has a confidence of one half."""
MAX_SUBJECTS = 3


def relationship_section(
    joined: Joined, found: Relationship, hidden: Collection[Subject], today: date
) -> RelationshipSection | Absence:
    """Return what she says of a company.

    Args:
        joined: Her digests as one.
        found: What was counted for the company's lens.
        hidden: Subjects that she wants named nowhere.
        today: The UTC day of rendering.
    """
    days = [day for day in found.brands if day.posts]
    evidence = sum(day.posts for day in days)
    rivals = _rivals(found, today)
    network = found.network if found.network and today - found.network.day <= VALID else None
    if not evidence and rivals is None and network is None:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    named = tally(days, today, USUAL)
    told = estimate(named) if named.effective >= MIN_VALENCE else None
    subjects = [subject for subject, _ in found.subjects if subject not in hidden]
    return RelationshipSection(
        as_of=joined.as_of,
        sources=joined.sources,
        valence=round(told.valence, 2) if told else None,
        interval=(round(told.low, 2), round(told.high, 2)) if told else None,
        trend=trend_of(days, today),
        switching=_live(found.switching, Intent.ABOUT_TO_LEAVE, today),
        advocacy=_live(found.advocacy, Intent.PRAISE, today),
        subjects=subjects[:MAX_SUBJECTS],
        network=in_quarters(network.mood / 100) if network else None,
        rivals=rivals,
        confidence=round(evidence / (evidence + HALF_SURE), 2),
        evidence=evidence,
        first_seen=min((day.day for day in days), default=None),
        last_seen=max((day.day for day in days), default=None),
    )


def _rivals(found: Relationship, today: date) -> Rivals | None:
    evidence = sum(day.posts for day in found.rivals)
    if not evidence:
        return None
    named = tally(found.rivals, today, USUAL)
    told = named.effective >= MIN_VALENCE
    return Rivals(evidence=evidence, valence=round(estimate(named).valence, 2) if told else None)


def _live(shown: Shown, intent: Intent, today: date) -> float:
    """Return how likely an intent is still meant, given the days on which it showed."""
    half_life = LIFE[intent] / 2
    probabilities = (
        min(1.0, hundredths / 100) * decay(day, today, half_life) for day, hundredths in shown
    )
    return round(either(probabilities), 2)
