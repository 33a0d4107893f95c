"""The sentiment section: how she seems to feel, whether that changed, and about what."""

from collections.abc import Sequence
from datetime import date, timedelta

from context.digest import DayCounts, TopicRecord
from context.document import (
    Absence,
    AbsenceReason,
    DailyValence,
    Driver,
    SentimentSection,
    Trend,
    TrendDirection,
)
from context.joined import Joined
from context.post import WINDOW_DAYS
from context.trend import RECENT, USUAL, Tally, can_tell_change, estimate, find_change, tally
from context.views.topics import label

MIN_EVIDENCE = 6.0
"""Effective posts below which no valence is told."""
MIN_EFFECT = 0.03
"""Effect on valence below which a topic is no driver."""
MAX_DRIVERS = 3


def sentiment_section(
    joined: Joined, today: date, topics: Sequence[TopicRecord]
) -> SentimentSection | Absence:
    """Return how she seems to feel.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
        topics: Topics that may be named as drivers; none unless the reader may see topics.
    """
    half_life = next(
        (h for h in (RECENT, USUAL) if tally(joined.days, today, h).effective >= MIN_EVIDENCE), None
    )
    if half_life is None or not _recent_days(joined.days, today):
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    found = tally(joined.days, today, half_life)
    valence = estimate(found)
    return SentimentSection(
        as_of=joined.as_of,
        sources=joined.sources,
        valence=round(valence.valence, 2),
        interval=(round(valence.low, 2), round(valence.high, 2)),
        confidence=round(max(0.0, 1 - (valence.high - valence.low) / 2), 2),
        evidence=round(found.effective),
        trend=_trend(joined.days, today),
        daily=_daily(joined.days, today),
        drivers=_drivers(found, topics, today, half_life),
    )


def _recent_days(days: Sequence[DayCounts], today: date) -> list[DayCounts]:
    start = today - timedelta(days=WINDOW_DAYS - 1)
    return [day for day in days if start <= day.day <= today]


def _trend(days: Sequence[DayCounts], today: date) -> Trend:
    change = find_change(days, today)
    if change:
        direction = TrendDirection.RISING if change.size > 0 else TrendDirection.FALLING
        return Trend(direction=direction, change=round(change.size, 2), since=change.since)
    told = can_tell_change(days, today)
    direction = TrendDirection.STEADY if told else TrendDirection.UNKNOWN
    return Trend(direction=direction, change=0.0, since=None)


def _daily(days: Sequence[DayCounts], today: date) -> list[DailyValence]:
    chart = []
    for day in _recent_days(days, today):
        found = estimate(tally((d for d in days if d.day <= day.day), day.day, RECENT))
        chart.append(
            DailyValence(
                day=day.day,
                posts=day.posts,
                valence=round(found.valence, 2),
                low=round(found.low, 2),
                high=round(found.high, 2),
            )
        )
    return chart


def _drivers(
    whole: Tally, topics: Sequence[TopicRecord], today: date, half_life: float
) -> list[Driver]:
    """Return the topics without whose posts her valence would be another, strongest first."""
    net = _net(whole)
    drivers = []
    for topic in topics:
        part = tally(topic.days, today, half_life)
        rest = Tally(
            whole.negative - part.negative,
            whole.neutral - part.neutral,
            whole.positive - part.positive,
        )
        effect = net - _net(rest)
        if abs(effect) >= MIN_EFFECT and part.weight:
            drivers.append(Driver(id=topic.id, label=label(topic.terms), effect=round(effect, 2)))
    return sorted(drivers, key=lambda d: (-abs(d.effect), d.id))[:MAX_DRIVERS]


def _net(found: Tally) -> float:
    # one neutral post more keeps a topic that is nearly all she wrote from dividing by nothing
    return (found.positive - found.negative) / (max(found.weight, 0.0) + 1)
