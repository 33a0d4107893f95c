"""The sentiment section: how she seems to feel and whether that changed."""

from collections.abc import Sequence
from datetime import date

from context.digest import DayCounts
from context.document import (
    Absence,
    AbsenceReason,
    DailyValence,
    SentimentSection,
    Trend,
    TrendDirection,
)
from context.joined import Joined
from context.trend import RECENT, can_tell_change, estimate, find_change, tally
from context.views.drivers import drivers
from context.views.evidence import posts_read, telling_half_life, window_days


def sentiment_section(joined: Joined, today: date) -> SentimentSection | Absence:
    """Return how she seems to feel.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
    """
    half_life = telling_half_life(joined.days, today)
    if half_life is None:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    found = tally(joined.days, today, half_life)
    valence = estimate(found)
    trend = trend_of(joined.days, today)
    return SentimentSection(
        as_of=joined.as_of,
        sources=joined.sources,
        valence=round(valence.valence, 2),
        interval=(round(valence.low, 2), round(valence.high, 2)),
        confidence=round(max(0.0, 1 - (valence.high - valence.low) / 2), 2),
        evidence=posts_read(window_days(joined.days, today)),
        trend=trend,
        daily=_daily(joined.days, today),
        drivers=drivers(joined, today, half_life, trend.since),
    )


def trend_of(days: Sequence[DayCounts], today: date) -> Trend:
    """Return whether the valence of days changed, as far as they can tell.

    Args:
        days: Counts by day, bare counts of older days included.
        today: The UTC day of rendering.
    """
    change = find_change(days, today)
    if change:
        return Trend(
            direction=TrendDirection.RISING if change.size > 0 else TrendDirection.FALLING,
            change=round(change.size, 2),
            interval=(round(change.low, 2), round(change.high, 2)),
            since=change.since,
        )
    told = can_tell_change(days, today)
    direction = TrendDirection.STEADY if told else TrendDirection.UNKNOWN
    return Trend(direction=direction, change=0.0, interval=None, since=None)


def _daily(days: Sequence[DayCounts], today: date) -> list[DailyValence]:
    chart = []
    for day in window_days(days, today):
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
