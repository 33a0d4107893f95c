"""What all sections know of evidence: the window's days, weights and probabilities."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from context.digest import DayCounts
from context.post import WINDOW_DAYS
from context.trend import RECENT, USUAL, tally

MIN_EVIDENCE = 6.0
"""Effective posts below which nothing is told of her feelings."""


def window_days(days: Iterable[DayCounts], today: date) -> list[DayCounts]:
    """Return the days of the window that ends today."""
    start = today - timedelta(days=WINDOW_DAYS - 1)
    return [day for day in days if start <= day.day <= today]


def telling_half_life(days: Sequence[DayCounts], today: date) -> float | None:
    """Return the shortest half-life under which there is evidence enough; None if none is.

    "Now" is told from the last days where those hold posts enough, else from the last weeks.
    """
    if not window_days(days, today):
        return None
    return next(
        (h for h in (RECENT, USUAL) if tally(days, today, h).effective >= MIN_EVIDENCE), None
    )


def posts_read(days: Iterable[DayCounts]) -> int:
    """Return how many posts of days were read for feelings, each counted as one."""
    return round(sum(day.negative + day.neutral + day.positive for day in days) / 100)


def either(probabilities: Iterable[float]) -> float:
    """Return the probability that at least one of several independent things holds."""
    none = 1.0
    for probability in probabilities:
        none *= 1 - probability
    return 1 - none
