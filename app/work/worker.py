"""The worker: takes up what is due, a few at a time, until it is told to stop."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.usecases.refresh import Refresh
from app.work.chore import Chore

logger = logging.getLogger(__name__)


class Worker:
    """Refreshes what is due, and does the chores.

    Args:
        refresh: The use case.
        chores: The small jobs beside it.
        due: Set by whoever makes a connection due in this process.
        at_once: Refreshes at the same time.
        poll: How long to sleep when nothing wakes it; other processes make things due too.
        grace: How long refreshes in hand may go on after the stop.
        floor: How long a connection is left alone after an attempt that broke or came to nothing,
            even if it is still due: no error makes the worker spin.
    """

    def __init__(
        self,
        refresh: Refresh,
        chores: Iterable[Chore],
        due: asyncio.Event,
        *,
        at_once: int = 4,
        poll: timedelta = timedelta(seconds=2),
        grace: timedelta = timedelta(seconds=10),
        floor: timedelta = timedelta(seconds=5),
    ) -> None:
        self._refresh = refresh
        self._chores = tuple(chores)
        self._due = due
        self._at_once = at_once
        self._poll = poll
        self._grace = grace
        self._floor = floor
        self._left_alone: dict[str, float] = {}
        self._has_followed_engine = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then finish what is in hand, within the grace time.

        What is cut off then is taken up again when its lease has run out.
        """
        stopping = asyncio.create_task(stop.wait())
        in_hand: dict[str, asyncio.Task[None]] = {}
        while not stop.is_set():
            self._due.clear()
            await self._turn(in_hand)
            await self._rest(in_hand, stopping)
        await stopping
        await self._finish(in_hand)

    async def run_once(self) -> int:
        """Do all that is due, and return how many connections that were."""
        await self._prepare()
        done = 0
        while True:
            in_hand: dict[str, asyncio.Task[None]] = {}
            await self._take_up(in_hand)
            if not in_hand:
                return done
            await asyncio.gather(*in_hand.values())
            done += len(in_hand)

    async def _turn(self, in_hand: dict[str, asyncio.Task[None]]) -> None:
        try:
            await self._prepare()
            await self._take_up(in_hand)
        except (SQLAlchemyError, OSError) as error:
            # The database restarts, or is busy for longer than we wait: look again after the rest.
            logger.warning("the database does not answer: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one broken chore must not end the worker
            # Only the name: what an unexpected error says may quote what it was working on.
            logger.error("a turn of the worker broke: %s", type(error).__name__)  # noqa: TRY400

    async def _prepare(self) -> None:
        for chore in self._chores:
            await chore.if_due()
        if not self._has_followed_engine:
            await self._refresh.follow_engine()
            self._has_followed_engine = True

    async def _take_up(self, in_hand: dict[str, asyncio.Task[None]]) -> None:
        free = self._at_once - len(in_hand)
        if free <= 0:
            return
        left_alone = self._still_left_alone()
        # Those in hand may not be leased yet, and are listed again; so are those left alone.
        for connection_id in await self._refresh.due(free + len(in_hand) + len(left_alone)):
            is_free = connection_id not in in_hand and connection_id not in left_alone
            if is_free and len(in_hand) < self._at_once:
                in_hand[connection_id] = asyncio.create_task(self._one(connection_id))

    def _still_left_alone(self) -> dict[str, float]:
        now = asyncio.get_running_loop().time()
        self._left_alone = {key: until for key, until in self._left_alone.items() if until > now}
        return self._left_alone

    async def _one(self, connection_id: str) -> None:
        state = None
        try:
            state = await self._refresh.refresh(connection_id)
        except Exception as error:  # noqa: BLE001 - one broken connection must not stop the others
            # Only the name: what an unexpected error says may quote what it was working on.
            logger.error("refresh of %s broke: %s", connection_id, type(error).__name__)  # noqa: TRY400
        if state is None:
            until = asyncio.get_running_loop().time() + self._floor.total_seconds()
            self._left_alone[connection_id] = until

    async def _rest(
        self, in_hand: dict[str, asyncio.Task[None]], stopping: asyncio.Task[bool]
    ) -> None:
        waking = asyncio.create_task(self._due.wait())
        await asyncio.wait(
            {waking, stopping, *in_hand.values()},
            timeout=self._poll.total_seconds(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        waking.cancel()
        for connection_id in [key for key, task in in_hand.items() if task.done()]:
            del in_hand[connection_id]

    async def _finish(self, in_hand: dict[str, asyncio.Task[None]]) -> None:
        if not in_hand:
            return
        _, late = await asyncio.wait(in_hand.values(), timeout=self._grace.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._refresh.settle()
