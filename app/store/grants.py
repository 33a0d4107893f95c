"""Grants: her consent for a client, its history, and the requests she is deciding on."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import new_id, new_secret
from app.store.clients import Client
from app.store.customers import Customer, Subject
from app.store.types import UtcDateTime


class ConsentEventType(StrEnum):
    """What can happen to a grant."""

    GRANTED = "granted"
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
    """A validated authorization request that waits for her decision.

    Its id is a secret that only the browser she was sent to us with has been told; nothing else
    binds it to that browser. The decision is bound to her session, by the form's CSRF token.
    """

    __tablename__ = "consent_requests"

    id_hash: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE")
    parameters: dict[str, Any] = Field(sa_type=JSON, description="What the client asked for.")
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
    session.add(_event(grant_id, ConsentEventType.REVOKED, [], now))
    return True


async def give_grant(
    session: AsyncSession,
    customer_id: str,
    client_id: str,
    purpose: str,
    sections: Sequence[str],
    expires_at: datetime | None,
    now: datetime,
) -> Grant:
    """Write her grant, in place of the active one she gave this client for this purpose before.

    The caller holds the customer (`hold_customer`), so that only one grant can be the active one.
    """
    for earlier in await _end_active_grants(session, customer_id, client_id, purpose, now):
        session.add(_event(earlier, ConsentEventType.REPLACED, [], now))
    grant = Grant(
        id=new_id("gra", now),
        customer_id=customer_id,
        client_id=client_id,
        purpose=purpose,
        sections=list(sections),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(grant)
    await session.flush()
    session.add(_event(grant.id, ConsentEventType.GRANTED, sections, now))
    await _ensure_subject(session, customer_id, client_id)
    return grant


async def find_consent_request(session: AsyncSession, id_hash: str) -> ConsentRequest | None:
    """Find a consent request, decided and expired ones included."""
    return await session.get(ConsentRequest, id_hash, populate_existing=True)


async def take_consent_request(session: AsyncSession, id_hash: str, now: datetime) -> bool:
    """Mark a consent request as decided, atomically; say whether it still waited for that."""
    result = await session.exec(
        update(ConsentRequest)
        .where(
            col(ConsentRequest.id_hash) == id_hash,
            col(ConsentRequest.decided_at).is_(None),
            col(ConsentRequest.expires_at) > now,
        )
        .values(decided_at=now)
    )
    return result.rowcount == 1


async def hold_customer(session: AsyncSession, customer_id: str) -> Customer | None:
    """Find a customer who is not disabled, and let no other decision of hers happen meanwhile."""
    query = (
        select(Customer)
        .where(col(Customer.id) == customer_id, col(Customer.disabled_at).is_(None))
        .with_for_update(key_share=True)
    )
    return (await session.exec(query)).one_or_none()


def grant_is_active(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The one rule by which a grant counts, over a join of grants, customers and clients.

    Every flow that issues, renews or accepts anything under a grant asks this.
    """
    return and_(
        _has_not_ended(now),
        col(Customer.disabled_at).is_(None),
        col(Client.disabled_at).is_(None),
    )


async def _end_active_grants(
    session: AsyncSession, customer_id: str, client_id: str, purpose: str, now: datetime
) -> Sequence[str]:
    # One statement, so that a grant she revokes at the same moment stays revoked by her.
    ended = await session.exec(
        update(Grant)
        .where(
            col(Grant.customer_id) == customer_id,
            col(Grant.client_id) == client_id,
            col(Grant.purpose) == purpose,
            _has_not_ended(now),
        )
        .values(revoked_at=now)
        .returning(col(Grant.id))
    )
    return ended.scalars().all()


def _has_not_ended(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(
        col(Grant.revoked_at).is_(None),
        or_(col(Grant.expires_at).is_(None), col(Grant.expires_at) > now),
    )


async def _ensure_subject(session: AsyncSession, customer_id: str, client_id: str) -> None:
    known = select(Subject).where(
        col(Subject.customer_id) == customer_id, col(Subject.client_id) == client_id
    )
    if (await session.exec(known)).one_or_none() is None:
        session.add(
            Subject(subject=new_secret("sub_"), customer_id=customer_id, client_id=client_id)
        )


def _event(
    grant_id: str, kind: ConsentEventType, sections: Sequence[str], now: datetime
) -> ConsentEvent:
    return ConsentEvent(
        id=new_id("evt", now), grant_id=grant_id, type=kind, at=now, sections=list(sections)
    )
