"""Counts of posts as read: by day, by hour, by language, by the part they take in conversations."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from context.digest import KEPT_DAYS, ConversationCounts, DayCounts, Digest
from context.emotion import NO_EMOTIONS
from context.post import WINDOW_DAYS, PostKind
from context.reading import Reading
from context.text import clean

MAX_LANGUAGES = 5

_PARTNERS = (0, 1, 2, 5, 10, 25, 50)


def count_by_day(readings: Iterable[Reading]) -> tuple[DayCounts, ...]:
    """Return the counts of each day with a post, oldest first."""
    found: dict[date, list[Reading]] = {}
    for reading in readings:
        found.setdefault(reading.day, []).append(reading)
    return tuple(
        DayCounts(
            day,
            len(group),
            sum(r.valence[0] for r in group),
            sum(r.valence[1] for r in group),
            sum(r.valence[2] for r in group),
            sum_emotions(group),
        )
        for day, group in sorted(found.items())
    )


def sum_emotions(readings: Iterable[Reading]) -> tuple[int, ...]:
    """Return the hundredths of posts that carry each emotion."""
    return tuple(map(sum, zip(NO_EMOTIONS, *(r.emotions for r in readings), strict=True)))


def join_days(
    days: Sequence[DayCounts], past: Digest | None, first_day: date, today: date
) -> tuple[DayCounts, ...]:
    """Return the days read now and, of the past, the counts of days outside the window.

    Args:
        days: Days read now.
        past: The digest kept so far, if any.
        first_day: The first day that was read whole.
        today: The UTC day of the refresh.
    """
    oldest = today - timedelta(days=WINDOW_DAYS + KEPT_DAYS - 1)
    kept = {
        d.day: replace(d, emotions=NO_EMOTIONS)
        for d in (past.days if past else ())
        if oldest <= d.day < first_day
    }
    return tuple(d for _, d in sorted(({d.day: d for d in days} | kept).items()))


def read_days(days: Sequence[DayCounts]) -> tuple[DayCounts, ...]:
    """Return the days from the first that was read last time: those on which topics are known.

    Of days that are kept as bare counts nothing is known but posts and valence: to compare a topic
    with them would be to compare it with days on which it could not be found.

    Args:
        days: Days of a digest, oldest first.
    """
    first = next((d.day for d in days if any(d.emotions)), None)
    return tuple(d for d in days if first is None or d.day >= first)


def count_hours(readings: Iterable[Reading]) -> tuple[int, ...]:
    """Return the number of posts by hour of the day in UTC."""
    found = Counter(reading.post.created_at.hour for reading in readings)
    return tuple(found[hour] for hour in range(24))


def count_languages(readings: Iterable[Reading]) -> dict[str, int]:
    """Return the number of posts by recognised language, the most frequent few."""
    found = Counter(reading.language for reading in readings if reading.language)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return dict(ranked[:MAX_LANGUAGES])


def count_conversations(readings: Sequence[Reading]) -> ConversationCounts:
    """Return how she takes part; whom she answers is counted and forgotten."""
    parts = Counter(_part(reading) for reading in readings)
    partners = {r.post.reply_to for r in readings if r.post.reply_to not in (None, r.post.author)}
    return ConversationCounts(
        tells=parts["tells"],
        asks=parts["asks"],
        answers=parts["answers"],
        shares=parts["shares"],
        partners=lower_end(len(partners), _PARTNERS),
    )


def lower_end(value: int, steps: Sequence[int]) -> int:
    """Return the largest of ascending steps that is not above a value; the first for less."""
    return max((step for step in steps if step <= value), default=steps[0])


def _part(reading: Reading) -> str:
    if reading.post.kind is PostKind.BOOST:
        return "shares"
    if "?" in clean(reading.post.text):
        return "asks"
    return "answers" if reading.post.kind is PostKind.REPLY else "tells"
