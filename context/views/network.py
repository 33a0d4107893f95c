"""The network section: the mood around her and what is talked about there, or nothing."""

from datetime import date, timedelta

from context.digest import NetworkTopic
from context.document import (
    Absence,
    AbsenceReason,
    MoodStep,
    NetworkSection,
    NetworkTopicSeen,
)
from context.joined import Joined
from context.network import people_bucket, step
from context.views.naming import akin, label

VALID = timedelta(days=3)
"""Age up to which a network mood is served."""
QUARTERS = 4
MAX_OWN = 3
"""Topics of hers alone that are named."""

_STEPS = (MoodStep.LOW, MoodStep.MIXED, MoodStep.HIGH)


def network_section(joined: Joined, today: date, own: float | None) -> NetworkSection | Absence:
    """Return the mood of the people she follows, and how she differs from them.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
        own: Her own valence, -1 to 1; None where there is too little to tell.
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
        difference=None if own is None else in_quarters(own - mood),
        topics=[_seen(topic, joined) for topic in joined.network_topics],
        own_topics=_own_topics(joined),
        day=found.day,
    )


def in_quarters(value: float) -> float:
    """Return a value rounded to quarters, so that it tells no more than it should."""
    return round(QUARTERS * value) / QUARTERS


def _seen(topic: NetworkTopic, joined: Joined) -> NetworkTopicSeen:
    shared = any(akin(hers, topic) for hers in joined.topics) if joined.topics else None
    return NetworkTopicSeen(
        label=label(topic.terms, topic.subject),
        terms=list(topic.terms),
        subject=topic.subject,
        people=people_bucket(topic.people),
        shared=shared,
    )


def _own_topics(joined: Joined) -> list[str]:
    """Return names of her topics that nobody around her shares; none if theirs are unknown."""
    if not joined.network_topics:
        return []
    alone = [
        hers
        for hers in joined.topics
        if not any(akin(hers, theirs) for theirs in joined.network_topics)
    ]
    return [label(topic.terms, topic.subject) for topic in alone[:MAX_OWN]]
