"""Grants: her consent for a client, its history, and the requests she is deciding on."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, update
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import new_id
from app.store.types import UtcDateTime


class ConsentEventType(StrEnum):
    """What can happen to a grant."""

    GRANTED = "granted"
    DENIED = "denied"
    REVOKED = "revoked"
    REPLACED = "replaced"


class Grant(SQLModel, table=True):
    """Her consent: this client, for this purpose, these sections, until then or until revoked."""

    __tablename__ = "grants"

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE", index=True)
    purpose: str
    sections: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ConsentEvent(SQLModel, table=True):
    """One step in the history of a grant."""

    __tablename__ = "consent_events"

    id: str = Field(primary_key=True)
    grant_id: str = Field(foreign_key="grants.id", ondelete="CASCADE", index=True)
    type: str
    at: datetime = Field(sa_type=UtcDateTime)
    sections: list[str] = Field(sa_type=JSON)


class ConsentRequest(SQLModel, table=True):
    """A validated authorization request that waits for her decision, in one browser."""

    __tablename__ = "consent_requests"

    id_hash: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE")
    parameters: dict[str, Any] = Field(sa_type=JSON, description="As the client sent them.")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


async def revoke_grant(
    session: AsyncSession, grant_id: str, customer_id: str, now: datetime
) -> bool:
    """End her grant, whose tokens end with it; say whether it was hers and had not ended."""
    result = await session.exec(
        update(Grant)
        .where(
            col(Grant.id) == grant_id,
            col(Grant.customer_id) == customer_id,
            col(Grant.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    if not result.rowcount:
        return False
    session.add(
        ConsentEvent(
            id=new_id("evt", now),
            grant_id=grant_id,
            type=ConsentEventType.REVOKED,
            at=now,
            sections=[],
        )
    )
    return True
