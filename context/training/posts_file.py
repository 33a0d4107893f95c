"""Posts of a file, as a window: so that anyone can see what the engine makes of posts they have."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from context.post import Post, Window
from context.training.labelled import DataError

EARLIEST_YEAR, LATEST_YEAR = 1970, 9998
"""Years that times may be of: the calendar has every window about them."""


def read_window(lines: Iterable[str]) -> tuple[Window, datetime]:
    """Return the window that a file's posts make up, and the time of the latest.

    Args:
        lines: One JSON object per line: ``author``, ``created_at`` (RFC 3339), ``text``, and
            ``mine``, true for her own posts and false for her network's.

    Raises:
        DataError: If a line is malformed (its number is told, never its text), or none is there.
    """
    mine: list[Post] = []
    network: list[Post] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            post, own = _post(line, number)
            (mine if own else network).append(post)
    if not (mine or network):
        raise DataError("there is no post: give one JSON object per line")
    return Window(mine, network), max(post.created_at for post in (*mine, *network))


def _post(line: str, number: int) -> tuple[Post, bool]:
    try:
        found = json.loads(line)
        author, text, own = found["author"], found["text"], found["mine"]
        post = Post(author, datetime.fromisoformat(found["created_at"]), text)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise _malformed(number) from None
    if not (isinstance(author, str) and isinstance(text, str) and isinstance(own, bool)):
        raise _malformed(number)
    _must_be_of_our_time(post.created_at, f"line {number}: created_at")
    return post, own


def as_utc(at: datetime, name: str) -> datetime:
    """Return a time in UTC, which it is in if it states no time zone.

    Args:
        at: The time, aware or not.
        name: What to call it if it is refused.

    Raises:
        DataError: If it lies so far off that no window can be made about it.
    """
    _must_be_of_our_time(at, name)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _must_be_of_our_time(at: datetime, name: str) -> None:
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise DataError(f"{name} lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")


def _malformed(number: int) -> DataError:
    return DataError(
        f"line {number}: expected an object with author, created_at (with its time zone),"
        " text, and mine (true or false)"
    )
