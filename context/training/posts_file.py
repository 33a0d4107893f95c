"""Posts of a file, as a window: so that anyone can see what the engine makes of posts they have."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from context.post import Post, Window
from context.training.labelled import DataError

EARLIEST_YEAR, LATEST_YEAR = 1970, 9998
"""Years that times may be of: the calendar has every window about them."""
_TIME = "a time with its zone, such as 2026-03-02T09:00:00Z"
Kind = TypeVar("Kind")


def read_window(lines: Iterable[str], name: str) -> tuple[Window, datetime]:
    """Return the window that a file's posts make up, and the time of the latest.

    Args:
        lines: One JSON object per line: ``author``, ``created_at`` (RFC 3339), ``text``, and
            ``mine``, true for her own posts and false for her network's. Empty lines count.
        name: What to call the file if one of them is refused.

    Raises:
        DataError: If a line is malformed (its number and field are told, never its text), or none
            is there.
    """
    mine: list[Post] = []
    network: list[Post] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            post, own = _post(line, f"{name}, line {number}")
            (mine if own else network).append(post)
    if not (mine or network):
        raise DataError(f"{name} has no post: give one JSON object per line")
    return Window(mine, network), max(post.created_at for post in (*mine, *network))


def _post(line: str, where: str) -> tuple[Post, bool]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise _not_an_object(where) from None
    if not isinstance(found, dict):
        raise _not_an_object(where)
    author = _field(found, "author", str, "a text", where)
    text = _field(found, "text", str, "a text", where)
    own = _field(found, "mine", bool, "true or false", where)
    at = _field(found, "created_at", str, _TIME, where)
    try:
        post = Post(author, datetime.fromisoformat(at), text)
    except (ValueError, OverflowError):
        raise DataError(f"{where}: created_at must be {_TIME}") from None
    _must_be_of_our_time(post.created_at, f"{where}: created_at")
    return post, own


def _field(
    found: Mapping[str, object], name: str, kind: type[Kind], must_be: str, where: str
) -> Kind:
    if name not in found:
        raise DataError(f"{where}: {name} is missing")
    value = found[name]
    if not isinstance(value, kind):
        raise DataError(f"{where}: {name} must be {must_be}")
    return value


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


def _not_an_object(where: str) -> DataError:
    return DataError(f"{where}: expected a JSON object with author, created_at, text and mine")
