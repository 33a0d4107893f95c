"""Every status of the network, ordered in time; those of the future wait until the clock comes."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from app.sandbox.snowflake import first_id_at, last_id_at, moment_of
from app.sandbox.status import Status

_WRITTEN_LATER = 1 << 15  # keeps what is published at run time apart from what was scripted


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of ids, the bounds left out, as Mastodon's paging parameters name them.

    Attributes:
        max_id: Only older than this.
        since_id: Only newer than this; the newest of them first.
        min_id: Only newer than this; those right after it.
    """

    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


class Chronicle:
    """Statuses by author and id."""

    def __init__(self) -> None:
        self._by_id: dict[int, Status] = {}
        self._ids: dict[str, list[int]] = defaultdict(list)
        self._deleted: set[int] = set()

    def add(self, status: Status, at: datetime, *, scripted: bool) -> Status:
        """Enter a status under a free id of the millisecond `at`; its own id is replaced."""
        snowflake = first_id_at(at) | (0 if scripted else _WRITTEN_LATER)
        while snowflake in self._by_id:
            snowflake += 1
        return self.restore(replace(status, id=snowflake))

    def restore(self, status: Status) -> Status:
        """Enter a status under the id it has."""
        self._by_id[status.id] = status
        insort(self._ids[status.author], status.id)
        return status

    def delete(self, status_id: int) -> None:
        """Take a status away, with the boosts of it; one that is unknown stays unknown."""
        self._deleted.add(status_id)

    @property
    def deleted(self) -> frozenset[int]:
        """Ids of the statuses that were taken away."""
        return frozenset(self._deleted)

    def find(self, status_id: int, now: datetime) -> Status | None:
        """Return the status with this id if it exists by now."""
        status = self._by_id.get(status_id)
        if status is None or status_id > last_id_at(now) or self._is_gone(status):
            return None
        return status

    def written_by(self, authors: Iterable[str], span: Span, now: datetime) -> Iterator[Status]:
        """Yield these people's statuses up to now: newest first, unless `min_id` is set.

        With `min_id` the oldest come first, so that a reader who stops at her limit has the
        statuses right after that id.
        """
        low = max(span.since_id or 0, span.min_id or 0)
        high = last_id_at(now) + 1 if span.max_id is None else min(span.max_id, last_id_at(now) + 1)
        found = [
            status_id
            for author in set(authors)
            for status_id in self._between(self._ids.get(author, []), low, high)
        ]
        found.sort(reverse=span.min_id is None)
        for status_id in found:
            status = self._by_id[status_id]
            if not self._is_gone(status):
                yield status

    def tally(self, author: str, now: datetime) -> tuple[int, datetime | None]:
        """Return how many statuses a person has by now, and when she wrote the last."""
        written = [
            one
            for one in self._between(self._ids.get(author, []), 0, last_id_at(now) + 1)
            if one not in self._deleted
        ]
        return len(written), moment_of(written[-1]) if written else None

    @staticmethod
    def _between(ids: list[int], low: int, high: int) -> list[int]:
        return ids[bisect_right(ids, low) : bisect_left(ids, high)]

    def _is_gone(self, status: Status) -> bool:
        return status.id in self._deleted or status.reblog_of in self._deleted
