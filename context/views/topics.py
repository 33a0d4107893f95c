"""The topics section: what is on her mind."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from context.counts import read_days
from context.digest import DayCounts, TopicRecord
from context.document import Absence, AbsenceReason, Topic, TopicDirection, TopicsSection
from context.emotion import EMOTIONS, Emotion
from context.joined import Joined
from context.post import WINDOW_DAYS
from context.trend import RECENT, USUAL, estimate, growth, tally, weigh
from context.views.naming import label

MAX_TOPICS = 8
MIN_VALENCE = 4.0
"""Effective posts of a topic below which its valence is null."""
LATE_DAYS = 7
"""Days that are late when a topic is called rising or fading."""
MARKED = 1.28
"""Standard deviations from which on a topic rises or fades (an 80 % interval)."""
HALF_SURE = 3
"""Posts at which a topic has a confidence of one half."""
MAX_EMOTIONS = 2
MIN_FELT = 150
"""Hundredths of a topic's posts below which an emotion is not told of it."""
MIN_FELT_SHARE = 0.2
"""Part of a topic's posts below which an emotion is not told of it."""


def topics_section(joined: Joined, today: date) -> TopicsSection | Absence:
    """Return the topics on her mind, the most present first.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
    """
    days = read_days(joined.days)
    topics = [_topic(record, days, today) for record in joined.topics]
    if not topics:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    topics.sort(key=lambda topic: (-topic.share, -topic.evidence, topic.id))
    return TopicsSection(as_of=joined.as_of, sources=joined.sources, topics=topics[:MAX_TOPICS])


def _topic(record: TopicRecord, days: Sequence[DayCounts], today: date) -> Topic:
    evidence = sum(day.posts for day in record.days)
    found = tally(record.days, today, USUAL)
    told = found.effective >= MIN_VALENCE
    return Topic(
        id=record.id,
        label=label(record.terms, record.subject),
        terms=list(record.terms),
        subject=record.subject,
        direction=_direction(record.days, days, today),
        share=round(_share(record.days, days, today), 3),
        valence=round(estimate(found).valence, 2) if told else None,
        emotions=_emotions(record, evidence),
        answers=round(min(1.0, record.replies / max(1, evidence)), 2),
        confidence=round(evidence / (evidence + HALF_SURE), 2),
        evidence=evidence,
        first_seen=record.first_seen,
        last_seen=record.last_seen,
    )


def _emotions(record: TopicRecord, evidence: int) -> list[Emotion]:
    """Return what is felt most in a topic's posts, the strongest first."""
    least = max(MIN_FELT, 100 * MIN_FELT_SHARE * evidence)
    felt = [
        (-count, emotion)
        for emotion, count in zip(EMOTIONS, record.emotions, strict=True)
        if count >= least
    ]
    return [emotion for _, emotion in sorted(felt)][:MAX_EMOTIONS]


def _share(part: Sequence[DayCounts], whole: Sequence[DayCounts], today: date) -> float:
    """Return the mean of the shares with the short and the long half-life: now, and lately."""
    shares = [
        weigh(part, today, half_life) / max(weigh(whole, today, half_life), 1e-9)
        for half_life in (RECENT, USUAL)
    ]
    return min(1.0, sum(shares) / len(shares))


def _direction(
    part: Sequence[DayCounts], whole: Sequence[DayCounts], today: date
) -> TopicDirection:
    start = today - timedelta(days=WINDOW_DAYS)
    late = today - timedelta(days=LATE_DAYS)
    z = growth(
        _posts(part, late, today),
        _posts(whole, late, today),
        _posts(part, start, late),
        _posts(whole, start, late),
    )
    if z > MARKED:
        return TopicDirection.RISING
    return TopicDirection.FADING if z < -MARKED else TopicDirection.STEADY


def _posts(days: Iterable[DayCounts], after: date, until: date) -> int:
    return sum(day.posts for day in days if after < day.day <= until)
