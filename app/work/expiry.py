"""Expiry: grants that have expired get their last receipt."""

from app.clock import Clock
from app.usecases.grants import Grants
from app.work.chore import Chore


class Expiry(Chore):
    """Notes in the history of grants that they expired; they end by themselves, and on time.

    Args:
        grants: The use case.
        clock: The present.
    """

    def __init__(self, grants: Grants, clock: Clock) -> None:
        super().__init__(clock)
        self._grants = grants

    async def now(self) -> int:
        """Note it of all that expired since the last time."""
        noted = 0
        while found := await self._grants.note_expired():
            noted += found
        return noted
