"""Moving what is one customer's to another, sealed anew under the other's key, and back."""

from collections.abc import Sequence, Set
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import new_id
from app.store.belongings import Belonging, attached_to, belongings_of, pass_accesses
from app.store.customers import Identifier, bump_context_version, open_box
from app.store.grants import Grant
from app.store.secrets import Box, SealError, Vault
from app.usecases.identifiers import identifier_place
from app.usecases.resealing import reseal


async def move(
    session: AsyncSession,
    vault: Vault,
    of: str,
    to: str,
    among: Set[str] | None = None,
) -> list[str]:
    """Make what one customer owns another's; the contexts of both move on.

    A refresh that runs goes on: with the lease it would lose tokens that a provider renews only
    once. Whatever it writes, it seals for who owns the connection then.

    Args:
        session: A writing transaction, which holds both.
        vault: Opens their boxes.
        of: Whose it is.
        to: Whose it shall be.
        among: Only what has one of these ids; everything when omitted.

    Returns:
        The ids of what moved.

    Raises:
        SealError: One of the two has no data key.
    """
    boxes = await open_box(session, vault, of), await open_box(session, vault, to)
    belongings = await belongings_of(session, of, among)
    await _reseal_all(session, belongings, *boxes)
    for row in belongings:
        row.customer_id = to
    await session.flush()
    await pass_accesses(session, [row.id for row in belongings if isinstance(row, Grant)], to)
    for customer_id in sorted((of, to)):
        await bump_context_version(session, customer_id)
    return [row.id for row in belongings]


async def put_after_hers(
    session: AsyncSession, vault: Vault, customer_id: str, now: datetime
) -> None:
    """Give a customer's identifiers new ids, so that they are listed after those there are.

    Who was absorbed may be the older customer; the survivor keeps the address she began with.

    Args:
        session: A writing transaction, which holds her.
        vault: Opens her box.
        customer_id: Whose.
        now: The present.
    """
    box = await open_box(session, vault, customer_id)
    for row in await belongings_of(session, customer_id):
        if isinstance(row, Identifier):
            _rename(row, box, new_id("idn", now))
    await session.flush()


def _rename(row: Identifier, box: Box, new: str) -> None:
    try:
        value = box.open(row.sealed_value, identifier_place(row.id))
    except SealError:  # it keeps its place, and is as unreadable as before
        return
    row.id, row.sealed_value = new, box.seal(value, identifier_place(new))


async def _reseal_all(
    session: AsyncSession, belongings: Sequence[Belonging], of: Box, to: Box
) -> None:
    for row in [*belongings, *await attached_to(session, belongings)]:
        reseal(row, of, to)
        session.add(row)
