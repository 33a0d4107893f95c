"""Unmerging: a merge is undone within its time, or becomes final when that is over."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import NotFound
from app.store.belongings import delete_shells, hold_customers, pass_late_accesses
from app.store.customers import delete_identifier, identifiers_of, open_box
from app.store.engine import Database
from app.store.merges import (
    came_over,
    find_merge,
    merges_into,
    merges_that_hold,
    undo_merge,
)
from app.store.secrets import Vault
from app.store.sessions import delete_links_to, delete_sessions_of
from app.usecases.identifiers import names_of
from app.usecases.merge_mails import MergeMails
from app.usecases.moving import move

UNDO_WITHIN = timedelta(days=30)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MergedView:
    """A merge that was done, as the survivor sees it.

    Attributes:
        id: Its id.
        merged_at: When.
        until: Until when she can undo it.
        names: Of ways to sign in that came over by it.
    """

    id: str
    merged_at: datetime
    until: datetime
    names: Sequence[str] = field(repr=False)


class Unmerging:
    """What can be done about merges that were done.

    Args:
        database: Where they are kept.
        vault: Opens and seals what goes back.
        clock: The time.
        mails: Tell both.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock, mails: MergeMails) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._mails = mails

    async def list(self, customer_id: str) -> Sequence[MergedView]:
        """List the merges into a customer's account that she can undo, the newest first."""
        since = self._clock() - UNDO_WITHIN
        async with self._database.reading() as session:
            box = await open_box(session, self._vault, customer_id)
            names = await names_of(session, box, customer_id)
            views = []
            for merge in await merges_into(session, customer_id):
                if merge.merged_at is None or merge.merged_at <= since:
                    continue
                over = await came_over(session, merge.id)
                found = [name for key, name in names.items() if key in over]
                until = merge.merged_at + UNDO_WITHIN
                views.append(MergedView(merge.id, merge.merged_at, until, found))
        return views

    async def undo(self, customer_id: str, merge_id: str) -> None:
        """Part two accounts again: what came over, and is still there, goes back under its own key.

        What she linked since stays, grants that ended stay ended. All sessions end, and ways to
        sign in that were added since, since nobody knows which of the two people, should they be
        two, they are of; both are told by mail.

        Args:
            customer_id: Who undoes it, freshly signed in.
            merge_id: Which.

        Raises:
            NotFound: There is no such merge of hers that can be undone any more.
        """
        now = self._clock()
        async with self._database.writing() as session:
            merge = await find_merge(session, merge_id)
            if merge is None or merge.survivor_id != customer_id or merge.absorbed_id is None:
                raise _over()
            if merge.merged_at is None:
                raise _over()
            held = await hold_customers(session, [customer_id, merge.absorbed_id])
            if not await undo_merge(session, merge_id, customer_id, now - UNDO_WITHIN, now):
                raise _over()
            over = await came_over(session, merge_id)
            await move(session, self._vault, customer_id, merge.absorbed_id, over)
            await _end_ways_since(session, customer_id, merge.merged_at)
            held[merge.absorbed_id].disabled_at = None
            for side in (customer_id, merge.absorbed_id):
                await delete_sessions_of(session, side)
        await self._mails.tell(merge_id)

    async def settle(self) -> int:
        """Make merges final that can be undone no more: their shells and data keys are erased.

        Accesses that were recorded for a shell at the moment of its merge follow their grants.

        Returns:
            How many rows were changed or deleted.
        """
        async with self._database.reading() as session:
            merges = [merge.id for merge in await merges_that_hold(session)]
        settled = sum([await self._settle(merge_id) for merge_id in merges])
        if settled:
            await self._database.scrub()
        return settled

    async def _settle(self, merge_id: str) -> int:
        now = self._clock()
        async with self._database.writing() as session:
            merge = await find_merge(session, merge_id)
            if merge is None or merge.absorbed_id is None or merge.merged_at is None:
                return 0
            await hold_customers(session, [merge.survivor_id, merge.absorbed_id])
            # Read again: it may have been undone while this waited.
            merge = await find_merge(session, merge_id)
            if merge is None or merge.absorbed_id is None or merge.undone_at is not None:
                return 0
            changed = await pass_late_accesses(session, merge.absorbed_id, merge.survivor_id)
            if merge.merged_at is not None and merge.merged_at <= now - UNDO_WITHIN:
                await delete_shells(session, [merge])
                logger.info("a merge is final: %s", merge_id)
                changed += 1
        return changed


async def _end_ways_since(session: AsyncSession, customer_id: str, merged_at: datetime) -> None:
    others = await merges_into(session, customer_id)
    came = {row_id for merge in others for row_id in await came_over(session, merge.id)}
    for way in await identifiers_of(session, customer_id):
        if way.verified_at > merged_at and way.id not in came:
            await delete_links_to(session, way.blind_index)
            await delete_identifier(session, way.id)


def _over() -> NotFound:
    return NotFound("That merge cannot be undone: it was undone before, or 30 days have passed.")
