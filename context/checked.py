"""What anybody may have written, part by part: each is in range, or an error."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

MAX_COUNT = 10_000_000


class DigestError(ValueError):
    """The bytes are no digest this version can read: analyse the window afresh, without them."""


@contextmanager
def refusing(message: str) -> Iterator[None]:
    """Turn whatever reading malformed parts raises into ``DigestError`` with a message.

    The cause is not chained: it may quote the bytes.
    """
    try:
        yield
    except DigestError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        raise DigestError(message) from None


def day_before(newest: date, offset: object) -> date:
    """Return the day so many days before another."""
    return newest - timedelta(days=whole(offset))


def count(value: object, low: int = 0) -> int:
    """Return a count that is in range.

    Raises:
        DigestError: If it is no integer, less than ``low`` or beyond all sense.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= MAX_COUNT:
        raise DigestError("a count is out of range: analyse the window afresh")
    return value


def whole(value: object) -> int:
    """Return an integer of either sign that is in range."""
    return count(value, low=-MAX_COUNT)


def text(value: object) -> str:
    """Return a string.

    Raises:
        DigestError: If it is none.
    """
    if not isinstance(value, str):
        raise DigestError("a word is missing: analyse the window afresh")
    return value


def rows(flat: object, width: int) -> Iterable[tuple[object, ...]]:
    """Return a flat list in rows of equal width.

    Raises:
        DigestError: If it is no list, or its last row is cut short.
    """
    if not isinstance(flat, list) or len(flat) % width:
        raise DigestError("a list is cut short: analyse the window afresh")
    return zip(*(flat[column::width] for column in range(width)), strict=True)
