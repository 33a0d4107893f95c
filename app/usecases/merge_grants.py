"""What a merge does to grants: each ends, or its history says that she lets it cover more."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.belongings import expired_grants_of
from app.store.consent_steps import Step, note_expiry, note_widening, revoke_grant
from app.store.grants import find_grant
from app.usecases.consent_log import BY_HER, BY_TIME, ConsentLog, Manner
from oauth.server.signing import Signer


async def settle_grants(
    session: AsyncSession,
    log: ConsentLog,
    signer: Signer,
    absorbed_id: str,
    ending: Iterable[str],
    going_on: Iterable[str],
    now: datetime,
) -> None:
    """End the grants that end by a merge, and note of the others that they cover more; by receipt.

    What the absorbed customer's grants still lack in their history is written now, while she is
    known to their clients by the name that their receipts carry.

    Args:
        session: A writing transaction, which holds both.
        log: Writes receipts.
        signer: Signs them.
        absorbed_id: Whose belongings pass to the other.
        ending: Grants of either that end.
        going_on: Grants of the survivor that cover more from now on.
        now: The present.
    """

    async def note(step: Step | None, manner: Manner) -> None:
        if step is not None:
            await log.record(session, [step], manner, signer)

    for grant in await expired_grants_of(session, absorbed_id, now):
        await note(await note_expiry(session, grant), BY_TIME)
    for grant_id in ending:
        found = await find_grant(session, grant_id)
        if found is not None:
            await note(await revoke_grant(session, grant_id, found.customer_id, now), BY_HER)
    for grant_id in going_on:
        found = await find_grant(session, grant_id)
        if found is not None:
            await note(await note_widening(session, grant_id, found.customer_id, now), BY_HER)
