"""Days, hours and moments as a page writes them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from app.portal.words.lists import listed

HOURS_OF_DAY = 24


def day_words(day: date) -> str:
    """Write a day like `9 November`."""
    return f"{day.day} {day:%B}"


def days_words(days: Sequence[date]) -> str:
    """Write days as ranges, like `25 to 27 February and 2 March`.

    Args:
        days: In any order.
    """
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if ranges and ranges[-1][1] + timedelta(days=1) == day:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return listed([_range(first, last) for first, last in ranges])


def moment_words(moment: datetime) -> str:
    """Write a moment like `9 Nov 2026, 14:05 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def hours_words(hours: Sequence[int]) -> str:
    """Write hours of a day as ranges, like `07:00 to 09:00 and 22:00 to 01:00 (UTC)`.

    Args:
        hours: From 0 to 23, in any order; a range may go on past midnight.
    """
    ranges: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if ranges and ranges[-1][1] == hour:
            ranges[-1] = (ranges[-1][0], hour + 1)
        else:
            ranges.append((hour, hour + 1))
    if not ranges:
        return "no hour stands out"
    if len(ranges) > 1 and ranges[0][0] == 0 and ranges[-1][1] == HOURS_OF_DAY:
        ranges[0] = (ranges.pop()[0], ranges[0][1])
    return f"{listed([f'{first:02d}:00 to {last:02d}:00' for first, last in ranges])} (UTC)"


def _range(first: date, last: date) -> str:
    if first == last:
        return day_words(first)
    start = str(first.day) if first.month == last.month else day_words(first)
    return f"{start} to {day_words(last)}"
