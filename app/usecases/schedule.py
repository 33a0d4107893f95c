"""When a connection is refreshed next: decisions as data, no clock, no database."""

from datetime import datetime, timedelta

FIRST_RETRY = timedelta(minutes=1)
AGAIN_AFTER = timedelta(seconds=30)
"""The least between a refresh that worked and the next one on demand."""
SPREAD = 0.1


def rest(every: timedelta, chance: float) -> timedelta:
    """Return the rest after a refresh that worked: `every`, a tenth more or less.

    Args:
        every: The rest in the mean.
        chance: Random, 0 to 1; spreads the refreshes of many connections.
    """
    return every * (1 - SPREAD + 2 * SPREAD * chance)


def after_success(
    now: datetime, asked: datetime | None, every: timedelta, chance: float
) -> datetime:
    """Return when to refresh after a refresh that worked.

    Args:
        now: When it worked.
        asked: For when another refresh was asked for while it ran; it may not have seen
            everything that she wants to be seen.
        every: The rest in the mean.
        chance: Random, 0 to 1.
    """
    usual = now + rest(every, chance)
    return usual if asked is None else min(max(asked, now + AGAIN_AFTER), usual)


def on_demand(
    now: datetime, refreshed_at: datetime | None, not_before: datetime | None
) -> datetime:
    """Return when to refresh what is asked for now: at once, unless the instance was just called.

    Args:
        now: When it is asked for.
        refreshed_at: When a refresh worked last.
        not_before: Until when the provider asks to be left alone.
    """
    rested = now if refreshed_at is None else refreshed_at + AGAIN_AFTER
    return max(now, rested, not_before or now)


def back_off(failures: int, asked: timedelta | None, every: timedelta, chance: float) -> timedelta:
    """Return the rest after a refresh that failed: doubling, with jitter, as long as asked.

    Half of the delay is random ("equal jitter", Brooker 2015), so that those who failed together
    do not return together. What the provider asked for is never shortened.

    Args:
        failures: Failures in a row, this one included; 1 or more.
        asked: How long the provider asks to be left alone.
        every: The rest between refreshes that work; no delay of ours is longer.
        chance: Random, 0 to 1.
    """
    doubled = FIRST_RETRY * (1 << min(failures - 1, 16))
    delay = min(doubled, every) * (0.5 + 0.5 * chance)
    if asked is None:
        return delay
    return max(delay, asked * (1 + SPREAD * chance))
