"""Ids as Mastodon makes them: 48 bits of milliseconds, then 16 bits that keep them apart.

Source: Mastodon, `lib/mastodon/snowflake.rb`. Clients page by these ids and turn dates into them.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SEQUENCE_BITS = 16


def first_id_at(moment: datetime) -> int:
    """Return the smallest id of the millisecond in which the moment lies."""
    return ((moment - _EPOCH) // _MILLISECOND) << _SEQUENCE_BITS


def last_id_at(moment: datetime) -> int:
    """Return the largest id of the millisecond in which the moment lies."""
    return first_id_at(moment) | ((1 << _SEQUENCE_BITS) - 1)


def moment_of(snowflake: int) -> datetime:
    """Return the millisecond an id was made in."""
    return _EPOCH + (snowflake >> _SEQUENCE_BITS) * _MILLISECOND
