"""Tidying up: what has expired or is needed no more is deleted, a day or so later."""

import logging

from app.clock import Clock
from app.store.engine import Database
from app.store.expired import KEPT_AFTER_EXPIRY, delete_expired
from app.store.provider_apps import delete_unused_apps
from app.work.chore import Chore

logger = logging.getLogger(__name__)


class Tidy(Chore):
    """Deletes expired sessions, links, attempts, requests, codes and tokens, and unused apps.

    Args:
        database: Where they are kept.
        clock: The present.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(clock)
        self._database = database

    async def now(self) -> int:
        """Tidy up; return how many rows were deleted."""
        now = self._clock()
        async with self._database.writing() as session:
            deleted = await delete_expired(session, now)
            deleted += await delete_unused_apps(session, now - KEPT_AFTER_EXPIRY)
        logger.info("tidied up: %d rows", deleted)
        return deleted
