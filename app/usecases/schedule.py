"""When a connection is refreshed next: decisions as data, no clock, no database."""

from datetime import timedelta

FIRST_RETRY = timedelta(minutes=1)
SPREAD = 0.1


def rest(every: timedelta, chance: float) -> timedelta:
    """Return the rest after a refresh that worked: `every`, a tenth more or less.

    Args:
        every: The rest in the mean.
        chance: Random, 0 to 1; spreads the refreshes of many connections.
    """
    return every * (1 - SPREAD + 2 * SPREAD * chance)


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
