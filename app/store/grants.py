"""Grants: her consent for a client, its history, and the requests she is deciding on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, LargeBinary, and_, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import new_id, new_secret
from app.store.clients import Client
from app.store.customers import Customer, Subject
from app.store.tokens import Token, TokenKind
from app.store.types import UtcDateTime


class ConsentEventType(StrEnum):
    """What can happen to a grant."""

    EXPIRED = "expired"
    GRANTED = "granted"
    WIDENED = "widened"
    CHANGED = "changed"
    RECONFIRMED = "reconfirmed"
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
    signs_in: bool = Field(default=False, description="Whether the client may sign her in.")
    is_single_call: bool = Field(default=False, description="Whether it is for one call alone.")
    lens: dict[str, list[str]] = Field(
        default_factory=dict, sa_type=JSON, description="Brands and rivals it may hear of."
    )
    external_id_index: str | None = Field(
        default=None, description="Blind index of the client's own number for her."
    )
    sealed_external_id: bytes | None = Field(default=None, sa_type=LargeBinary)
    lasts_days: int | None = Field(
        default=None, description="By how much a reconfirmation prolongs it."
    )


class ConsentEvent(SQLModel, table=True):
    """One step in the history of a grant."""

    __tablename__ = "consent_events"

    id: str = Field(primary_key=True)
    grant_id: str = Field(foreign_key="grants.id", ondelete="CASCADE", index=True)
    type: str
    at: datetime = Field(sa_type=UtcDateTime)
    sections: list[str] = Field(sa_type=JSON)
    sealed_receipt: bytes | None = Field(default=None, sa_type=LargeBinary)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a grant: the event, and the grant as it is after it."""

    event: ConsentEvent
    grant: Grant


async def revoke_grant(
    session: AsyncSession, grant_id: str, customer_id: str, now: datetime
) -> Step | None:
    """End her grant, whose tokens end with it; nothing if it is not hers or had ended."""
    ended = await session.exec(
        update(Grant)
        .where(
            col(Grant.id) == grant_id,
            col(Grant.customer_id) == customer_id,
            col(Grant.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    if not ended.rowcount:
        return None
    return await _step(session, grant_id, ConsentEventType.REVOKED, now)


async def prolong_grant(
    session: AsyncSession, grant_id: str, customer_id: str, now: datetime
) -> Step | None:
    """Let her active grant last as long again, from now on; nothing if it cannot."""
    grant = await find_active_grant(session, grant_id, now)
    if grant is None or grant.customer_id != customer_id or grant.lasts_days is None:
        return None
    grant.expires_at = now + timedelta(days=grant.lasts_days)
    session.add(grant)
    await session.flush()
    await _let_refresh_tokens_follow(session, grant)
    return await _step(session, grant_id, ConsentEventType.RECONFIRMED, now)


async def expired_unnoted(session: AsyncSession, now: datetime, limit: int) -> Sequence[Grant]:
    """List grants that have expired, of which their history does not say so yet."""
    noted = select(ConsentEvent.grant_id).where(col(ConsentEvent.type) == ConsentEventType.EXPIRED)
    query = (
        select(Grant)
        .where(
            col(Grant.expires_at) <= now,
            col(Grant.revoked_at).is_(None),
            col(Grant.id).not_in(noted),
        )
        .order_by(col(Grant.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(query)).all()


async def note_expiry(session: AsyncSession, grant: Grant) -> Step:
    """Write into a grant's history that it expired, at the time when it did."""
    return await _step(
        session, grant.id, ConsentEventType.EXPIRED, grant.expires_at or grant.created_at
    )


@dataclass(frozen=True, slots=True)
class Given:
    """What she gives: to whom, what for, what, and until when.

    Attributes:
        customer_id: Who gives.
        client_id: To whom.
        purpose: W3C DPV term.
        sections: Sections it may read.
        expires_at: The end; None until she revokes it.
        signs_in: Whether it may sign her in.
        is_single_call: Whether it is for one call alone.
        lasts_days: By how much a reconfirmation prolongs it; None where it cannot.
        lens: Brands and rivals it may hear of.
        external_id_index: Blind index of the client's own number for her.
        sealed_external_id: That number, sealed with her key.
    """

    customer_id: str
    client_id: str
    purpose: str
    sections: Sequence[str]
    expires_at: datetime | None
    signs_in: bool = False
    is_single_call: bool = False
    lasts_days: int | None = None
    lens: Mapping[str, Sequence[str]] = field(default_factory=dict)
    external_id_index: str | None = None
    sealed_external_id: bytes | None = None


async def give_grant(session: AsyncSession, given: Given, now: datetime) -> Sequence[Step]:
    """Write her grant, in place of the active one she gave this client for this purpose before.

    The caller holds the customer (`hold_customer`), so that only one grant can be the active one.

    Returns:
        The new grant, and after it those whose place it took.
    """
    ended = await _end_active_grants(
        session, given.customer_id, given.client_id, given.purpose, now
    )
    replaced = [
        await _step(session, grant_id, ConsentEventType.REPLACED, now) for grant_id in ended
    ]
    grant = Grant(
        id=new_id("gra", now),
        customer_id=given.customer_id,
        client_id=given.client_id,
        purpose=given.purpose,
        created_at=now,
        **_changeable(given),
    )
    session.add(grant)
    await session.flush()
    await _ensure_subject(session, given.customer_id, given.client_id)
    return [await _step(session, grant.id, ConsentEventType.GRANTED, now), *replaced]


async def change_grant(
    session: AsyncSession, grant_id: str, given: Given, kind: ConsentEventType, now: datetime
) -> Step | None:
    """Write what she gives into an active grant of hers; nothing if it is not one, or not to this.

    The caller holds the customer.

    Args:
        session: A writing transaction.
        grant_id: The grant, which keeps its id and its purpose.
        given: What it is from now on.
        kind: What to call this in its history.
        now: The present.
    """
    grant = await find_active_grant(session, grant_id, now)
    if grant is None or grant.customer_id != given.customer_id:
        return None
    if grant.client_id != given.client_id or grant.purpose != given.purpose:
        return None
    for name, value in _changeable(given).items():
        setattr(grant, name, value)
    session.add(grant)
    await session.flush()
    await _let_refresh_tokens_follow(session, grant)
    return await _step(session, grant.id, kind, now)


async def find_active_grant(session: AsyncSession, grant_id: str, now: datetime) -> Grant | None:
    """Find a grant that has not ended, and let nobody else decide about it meanwhile."""
    query = (
        select(Grant)
        .where(col(Grant.id) == grant_id, _has_not_ended(now))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(query)).one_or_none()


async def latest_grant(
    session: AsyncSession, customer_id: str, client_id: str, purpose: str
) -> Grant | None:
    """Find the last grant she gave this client for this purpose, unless she revoked it."""
    query = (
        select(Grant)
        .where(
            col(Grant.customer_id) == customer_id,
            col(Grant.client_id) == client_id,
            col(Grant.purpose) == purpose,
            col(Grant.revoked_at).is_(None),
        )
        .order_by(col(Grant.id).desc())
        .limit(1)
    )
    return (await session.exec(query)).first()


async def find_subject(session: AsyncSession, customer_id: str, client_id: str) -> str | None:
    """Return the name under which a client knows her, if she ever gave it anything."""
    query = select(Subject.subject).where(
        col(Subject.customer_id) == customer_id, col(Subject.client_id) == client_id
    )
    return (await session.exec(query)).one_or_none()


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


def subject_of_grant() -> ColumnElement[bool]:
    """Join a grant with the name under which its client knows its customer."""
    return and_(
        col(Subject.customer_id) == col(Grant.customer_id),
        col(Subject.client_id) == col(Grant.client_id),
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
    if await find_subject(session, customer_id, client_id) is None:
        session.add(
            Subject(subject=new_secret("sub_"), customer_id=customer_id, client_id=client_id)
        )


def _changeable(given: Given) -> dict[str, Any]:
    return {
        "sections": list(given.sections),
        "expires_at": given.expires_at,
        "signs_in": given.signs_in,
        "is_single_call": given.is_single_call,
        "lasts_days": given.lasts_days,
        "lens": {role: list(terms) for role, terms in given.lens.items()},
        "external_id_index": given.external_id_index,
        "sealed_external_id": given.sealed_external_id,
    }


async def _let_refresh_tokens_follow(session: AsyncSession, grant: Grant) -> None:
    await session.exec(
        update(Token)
        .where(
            col(Token.grant_id) == grant.id,
            col(Token.kind) == TokenKind.REFRESH,
            col(Token.rotated_at).is_(None),
        )
        .values(expires_at=grant.expires_at)
    )


async def _step(
    session: AsyncSession, grant_id: str, kind: ConsentEventType, now: datetime
) -> Step:
    grant = await session.get_one(Grant, grant_id, populate_existing=True)
    event = ConsentEvent(
        id=new_id("evt", now), grant_id=grant_id, type=kind, at=now, sections=grant.sections
    )
    session.add(event)
    return Step(event, grant)
