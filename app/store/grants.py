"""Grants: her consent for a client, and what happened to it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ColumnElement, Index, LargeBinary, and_, or_, text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.clients import Client
from app.store.customers import Customer, Subject
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
    __table_args__ = (
        Index(
            "ix_consent_events_expired_once",
            "grant_id",
            unique=True,
            sqlite_where=text("type = 'expired'"),
            postgresql_where=text("type = 'expired'"),
        ),
    )

    id: str = Field(primary_key=True)
    grant_id: str = Field(foreign_key="grants.id", ondelete="CASCADE", index=True)
    type: str
    at: datetime = Field(sa_type=UtcDateTime)
    sections: list[str] = Field(sa_type=JSON)
    sealed_receipt: bytes | None = Field(default=None, sa_type=LargeBinary)


async def find_active_grant(session: AsyncSession, grant_id: str, now: datetime) -> Grant | None:
    """Find a grant that has not ended, and let nobody else decide about it meanwhile."""
    query = (
        select(Grant)
        .where(col(Grant.id) == grant_id, has_not_ended(now))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(query)).one_or_none()


async def find_grant(session: AsyncSession, grant_id: str) -> Grant | None:
    """Find a grant, ended ones included."""
    return await session.get(Grant, grant_id)


async def latest_grant(
    session: AsyncSession, customer_id: str, client_id: str, purpose: str, now: datetime
) -> Grant | None:
    """Find the last grant she gave this client for this purpose; nothing if she revoked that.

    The active one comes first, although there may be later ones that ended: from another account
    of hers, which was merged into this one.
    """
    query = (
        select(Grant)
        .where(
            col(Grant.customer_id) == customer_id,
            col(Grant.client_id) == client_id,
            col(Grant.purpose) == purpose,
        )
        .order_by(has_not_ended(now).desc(), col(Grant.id).desc())
        .limit(1)
    )
    grant = (await session.exec(query)).first()
    return grant if grant is not None and grant.revoked_at is None else None


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
        has_not_ended(now),
        col(Customer.disabled_at).is_(None),
        col(Client.disabled_at).is_(None),
    )


def subject_of_grant() -> ColumnElement[bool]:
    """Join a grant with the name under which its client knows its customer."""
    return and_(
        col(Subject.customer_id) == col(Grant.customer_id),
        col(Subject.client_id) == col(Grant.client_id),
    )


def has_not_ended(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """A grant that was neither revoked nor has expired, whoever gave it to whom."""
    return and_(
        col(Grant.revoked_at).is_(None),
        or_(col(Grant.expires_at).is_(None), col(Grant.expires_at) > now),
    )
