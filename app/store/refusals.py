"""Refusals: that she said no, remembered for a day, so that she is not asked again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.clients import Client
from app.store.types import UtcDateTime


class Refusal(SQLModel, table=True):
    """She refused this client this purpose."""

    __tablename__ = "refusals"

    customer_id: str = Field(primary_key=True, foreign_key="customers.id", ondelete="CASCADE")
    client_id: str = Field(primary_key=True, foreign_key="clients.id", ondelete="CASCADE")
    purpose: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


async def remember_refusal(
    session: AsyncSession, customer_id: str, client_id: str, purpose: str, now: datetime
) -> None:
    """Write down that she refused just now."""
    refusal = Refusal(customer_id=customer_id, client_id=client_id, purpose=purpose, at=now)
    await session.merge(refusal)


async def has_refused_since(
    session: AsyncSession, customer_id: str, client_id: str, since: datetime
) -> bool:
    """Say whether she refused this client since then, whatever for."""
    query = select(Refusal.at).where(
        col(Refusal.customer_id) == customer_id,
        col(Refusal.client_id) == client_id,
        col(Refusal.at) > since,
    )
    return (await session.exec(query)).first() is not None


async def forget_refusals(session: AsyncSession, customer_id: str, client_id: str) -> None:
    """Let a client ask her again."""
    await session.exec(
        delete(Refusal).where(
            col(Refusal.customer_id) == customer_id, col(Refusal.client_id) == client_id
        )
    )


async def refusals_since(
    session: AsyncSession, customer_id: str, since: datetime
) -> Sequence[tuple[Refusal, Client]]:
    """List what she refused since then, the newest first, with whom."""
    query = (
        select(Refusal, Client)
        .join(Client, col(Client.id) == col(Refusal.client_id))
        .where(col(Refusal.customer_id) == customer_id, col(Refusal.at) > since)
        .order_by(col(Refusal.at).desc())
    )
    return (await session.exec(query)).all()
