"""What belongs to a customer, as rows that can pass to another: when two turn out to be one."""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.accesses import Access
from app.store.clients import Client
from app.store.connections import Connection, ConnectionDigest
from app.store.customers import Customer, Identifier
from app.store.grants import ConsentEvent, Grant, has_not_ended
from app.store.merges import Merge
from app.store.refusals import Refusal

Belonging = Identifier | Connection | Grant
Owned = TypeVar("Owned", Identifier, Connection, Grant)


async def hold_customers(
    session: AsyncSession, customer_ids: Iterable[str | None]
) -> dict[str, Customer]:
    """Find customers, disabled ones too, and let no other decision about them happen meanwhile.

    In the order of their ids, so that two who hold the same ones cannot wait for each other.
    """
    query = (
        select(Customer)
        .where(col(Customer.id).in_(list(customer_ids)))
        .order_by(col(Customer.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {customer.id: customer for customer in (await session.exec(query)).all()}


async def owner_of(session: AsyncSession, connection_id: str) -> str | None:
    """Return whose a connection is now, if it is there: it may have passed to another customer."""
    query = select(Connection.customer_id).where(col(Connection.id) == connection_id)
    return (await session.exec(query)).one_or_none()


async def belongings_of(
    session: AsyncSession, customer_id: str, among: Set[str] | None = None
) -> Sequence[Belonging]:
    """List what a customer owns by itself, the oldest of a kind first, locked where that can be.

    Args:
        session: A writing transaction, which holds her.
        customer_id: Whose.
        among: Only these ids; all when omitted.
    """
    found: list[Belonging] = [
        *await _locked(session, Identifier, customer_id),
        *await _locked(session, Connection, customer_id),
        *await _locked(session, Grant, customer_id),
    ]
    return [row for row in found if among is None or row.id in among]


async def attached_to(
    session: AsyncSession, belongings: Sequence[Belonging]
) -> Sequence[ConnectionDigest | ConsentEvent]:
    """List what is sealed beside belongings: digests of connections, events of grants."""
    ids = [row.id for row in belongings]
    digests = select(ConnectionDigest).where(col(ConnectionDigest.connection_id).in_(ids))
    events = select(ConsentEvent).where(col(ConsentEvent.grant_id).in_(ids))
    return [*(await session.exec(digests)).all(), *(await session.exec(events)).all()]


async def pass_accesses(session: AsyncSession, grant_ids: Iterable[str], to: str) -> None:
    """Make the accesses under some grants another customer's."""
    await session.exec(
        update(Access).where(col(Access.grant_id).in_(list(grant_ids))).values(customer_id=to)
    )


async def pass_late_accesses(session: AsyncSession, customer_id: str, to: str) -> int:
    """Make accesses another customer's that were written while their grants passed to her.

    Returns:
        How many there were.
    """
    result = await session.exec(
        update(Access).where(col(Access.customer_id) == customer_id).values(customer_id=to)
    )
    return result.rowcount


async def copy_refusals(session: AsyncSession, customer_id: str, to: str) -> None:
    """Let what a customer refused count for another too."""
    query = select(Refusal).where(col(Refusal.customer_id) == customer_id)
    for refusal in (await session.exec(query)).all():
        known = await session.get(Refusal, (to, refusal.client_id, refusal.purpose))
        if known is None or known.at < refusal.at:
            await session.merge(Refusal(**refusal.model_dump() | {"customer_id": to}))


async def active_grants_of(
    session: AsyncSession, customer_id: str, now: datetime
) -> Sequence[tuple[Grant, Client]]:
    """List a customer's grants that have not ended, the oldest first, with their clients."""
    query = (
        select(Grant, Client)
        .join(Client, col(Client.id) == col(Grant.client_id))
        .where(col(Grant.customer_id) == customer_id, has_not_ended(now))
        .order_by(col(Grant.id))
    )
    return (await session.exec(query)).all()


async def expired_grants_of(
    session: AsyncSession, customer_id: str, now: datetime
) -> Sequence[Grant]:
    """List a customer's grants that ended by themselves."""
    query = select(Grant).where(
        col(Grant.customer_id) == customer_id,
        col(Grant.revoked_at).is_(None),
        col(Grant.expires_at) <= now,
    )
    return (await session.exec(query)).all()


async def delete_shells(session: AsyncSession, merges: Iterable[Merge]) -> None:
    """Delete the shells that merges left, with their data keys, and by cascade the merges."""
    ids = [merge.absorbed_id for merge in merges]
    await session.exec(delete(Customer).where(col(Customer.id).in_(ids)))


async def _locked(session: AsyncSession, table: type[Owned], customer_id: str) -> Sequence[Owned]:
    # Reads that are being recorded under a grant are waited for: their record moves too.
    query = (
        select(table)
        .where(col(table.customer_id) == customer_id)
        .order_by(col(table.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(query)).all()
