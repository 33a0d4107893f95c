"""Tidying up: what has expired or is needed no more is deleted, a day or so later."""

import logging
from datetime import datetime, timedelta

from app.clock import Clock
from app.store.connections import delete_unused_apps
from app.store.engine import Database
from app.store.expired import KEPT_AFTER_EXPIRY, delete_expired

EVERY = timedelta(hours=1)

logger = logging.getLogger(__name__)


class Tidy:
    """Deletes expired sessions, links, attempts, requests, codes and tokens, and unused apps.

    Args:
        database: Where they are kept.
        clock: The present.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._next: datetime | None = None

    async def if_due(self) -> None:
        """Tidy up, unless that was done within the hour."""
        if self._next is None or self._clock() >= self._next:
            await self.now()

    async def now(self) -> int:
        """Tidy up; return how many rows were deleted."""
        now = self._clock()
        self._next = now + EVERY
        async with self._database.writing() as session:
            deleted = await delete_expired(session, now)
            deleted += await delete_unused_apps(session, now - KEPT_AFTER_EXPIRY)
        logger.info("tidied up: %d rows", deleted)
        return deleted
