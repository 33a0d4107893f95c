"""Her newest posts of the window, of however many pass by."""

import heapq
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from context.post import MAX_POSTS, WINDOW_DAYS, Post

HERSELF = "herself"
"""Who wrote her posts, as long as the archive has not said who she is."""


class Recent:
    """Keeps the newest posts of the window, and no others.

    Args:
        now: The present; what is dated later belongs to no day.
    """

    def __init__(self, now: datetime) -> None:
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._since, self._until = today - timedelta(days=WINDOW_DAYS - 1), now
        self._newest: list[tuple[datetime, int, Post]] = []
        self._order = count()

    def covers(self, moment: datetime) -> bool:
        """Say whether what was written at a moment is within the window."""
        return self._since <= moment <= self._until

    def add(self, post: Post) -> None:
        """Keep a post if it is among the newest of the window."""
        if not self.covers(post.created_at):
            return
        heapq.heappush(self._newest, (post.created_at, -next(self._order), post))
        if len(self._newest) > MAX_POSTS:
            heapq.heappop(self._newest)

    def by(self, author: str) -> list[Post]:
        """Return the posts, newest first, as written by an author who may have answered herself."""
        return [
            replace(
                post,
                author=HERSELF,
                reply_to=HERSELF if post.reply_to == author else post.reply_to,
            )
            for _, _, post in sorted(self._newest, reverse=True)
        ]


def moment_of(stated: object) -> datetime:
    """Return the moment that a date of ISO 8601 names.

    Raises:
        TypeError, ValueError: It names none.
    """
    if not isinstance(stated, str):
        raise TypeError("A date is no text.")
    moment = datetime.fromisoformat(stated)
    if moment.tzinfo is None:
        raise ValueError("A date is without a time zone.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("A date is at the end of all days.") from None
