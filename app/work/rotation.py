"""Rotation: signing keys are succeeded by new ones in time, and erased once they have retired."""

from datetime import timedelta

from app.clock import Clock
from app.usecases.signing_keys import SigningKeys
from app.work.chore import Chore


class Rotation(Chore):
    """Sees that no signing key signs for longer than it should.

    Args:
        signing_keys: The use case.
        clock: The present.
        after: How long a key signs, a day at least; None for until somebody rotates it by command.
    """

    def __init__(self, signing_keys: SigningKeys, clock: Clock, after: timedelta | None) -> None:
        super().__init__(clock)
        self._signing_keys = signing_keys
        self._after = after

    async def now(self) -> int:
        """Publish successors to keys whose time is nearly up, and erase what has retired."""
        made = await self._signing_keys.rotate_older_than(self._after) if self._after else ()
        return len(made) + await self._signing_keys.erase_retired()
