"""What a customer sees of her past: her grants and the accesses under them, with the clients."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.accesses import Access, Outcome
from app.store.clients import Client
from app.store.grants import ConsentEvent, ConsentEventType, Grant


async def grants_of(
    session: AsyncSession, customer_id: str
) -> Sequence[tuple[Grant, Client, datetime | None]]:
    """List her grants, newest first, each with its client and the time it was last read."""
    last_read = (
        select(Access.grant_id, func.max(Access.at).label("last_read_at"))
        .where(col(Access.customer_id) == customer_id, col(Access.outcome) == Outcome.SERVED)
        .group_by(col(Access.grant_id))
        .subquery()
    )
    query = (
        select(Grant, Client, last_read.c.last_read_at)
        .join(Client, col(Client.id) == col(Grant.client_id))
        .outerjoin(last_read, last_read.c.grant_id == col(Grant.id))
        .where(col(Grant.customer_id) == customer_id)
        .order_by(col(Grant.id).desc())
    )
    return [(grant, client, at) for grant, client, at in (await session.exec(query)).all()]


async def events_of(
    session: AsyncSession, customer_id: str, grant_id: str | None = None
) -> Sequence[ConsentEvent]:
    """List what happened to her grants, or to one of them, the oldest first."""
    query = (
        select(ConsentEvent)
        .join(Grant, col(Grant.id) == col(ConsentEvent.grant_id))
        .where(col(Grant.customer_id) == customer_id)
        .order_by(col(ConsentEvent.at), col(ConsentEvent.id))
    )
    if grant_id is not None:
        query = query.where(col(ConsentEvent.grant_id) == grant_id)
    return (await session.exec(query)).all()


async def replaced_grants(session: AsyncSession, customer_id: str) -> set[str]:
    """Return the ids of her grants that ended because a newer consent took their place."""
    query = (
        select(ConsentEvent.grant_id)
        .join(Grant, col(Grant.id) == col(ConsentEvent.grant_id))
        .where(
            col(Grant.customer_id) == customer_id,
            col(ConsentEvent.type) == ConsentEventType.REPLACED,
        )
    )
    return set((await session.exec(query)).all())


async def accesses_of(
    session: AsyncSession, customer_id: str, before: str | None, limit: int
) -> Sequence[tuple[Access, Client]]:
    """List her accesses, newest first, those older than the access `before` when given."""
    query = (
        select(Access, Client)
        .join(Client, col(Client.id) == col(Access.client_id))
        .where(col(Access.customer_id) == customer_id)
        .order_by(col(Access.id).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(Access.id) < before)
    return (await session.exec(query)).all()
