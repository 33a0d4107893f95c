"""How long a provider asks to be left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_WAIT = timedelta(days=1)


def retry_after(text: str, now: datetime) -> datetime | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; None if it is neither.

    Args:
        text: The header.
        now: The present.
    """
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=min(int(text[:9]), 10**8)), MAX_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def wait_until(moment: datetime | None, now: datetime) -> timedelta | None:
    """Return how long to wait for a moment: a day at most, and no time if it has passed."""
    return None if moment is None else min(max(moment - now, timedelta()), MAX_WAIT)
