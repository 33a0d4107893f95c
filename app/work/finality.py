"""Finality: merges that can be undone no more become final, and both sides of each are told."""

from app.clock import Clock
from app.usecases.merge_mails import MergeMails
from app.usecases.unmerging import Unmerging
from app.work.chore import Chore


class Finality(Chore):
    """Erases the shells that merges left once their time is over, and sends mails that failed.

    Args:
        unmerging: The use case.
        mails: Tell both.
        clock: The present.
    """

    def __init__(self, unmerging: Unmerging, mails: MergeMails, clock: Clock) -> None:
        super().__init__(clock)
        self._unmerging = unmerging
        self._mails = mails

    async def now(self) -> int:
        """Do it; return how many rows were changed or deleted, and mails caught up on."""
        return await self._mails.tell_all() + await self._unmerging.settle()
