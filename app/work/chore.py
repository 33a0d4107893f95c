"""Chores: small jobs that each process with a worker does once an hour, beside the refreshes."""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta

from app.clock import Clock

EVERY = timedelta(hours=1)


class Chore(ABC):
    """Something to be done once an hour, harmless to do more often or in several processes.

    Args:
        clock: The present.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: datetime | None = None

    async def if_due(self) -> None:
        """Do it, unless that was done within the hour."""
        now = self._clock()
        if self._next is None or now >= self._next:
            # Even if it fails: it must not keep the worker from everything else.
            self._next = now + EVERY
            await self.now()

    @abstractmethod
    async def now(self) -> int:
        """Do it; return how many rows were added, changed or deleted."""
