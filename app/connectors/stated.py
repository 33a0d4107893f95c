"""What providers state of an account, read with care: what is not said well is unknown."""

from datetime import date, datetime


def people(count: object) -> int | None:
    """Return a number of people; one below zero stands for one that is hidden."""
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if count >= 0 else None


def day(moment: object) -> date | None:
    """Return the day of a moment that is stated in ISO 8601."""
    if not isinstance(moment, str):
        return None
    try:
        return datetime.fromisoformat(moment).date()
    except ValueError:
        return None
