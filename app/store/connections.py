"""Connections, their digests, and the attempts to link one."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    UniqueConstraint,
    delete,
    exists,
    or_,
    update,
)
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.types import UtcDateTime


class ConnectionState(StrEnum):
    """Where a connection stands; every state but `active` says what she can do about it."""

    PENDING = "pending"
    ACTIVE = "active"
    DEGRADED = "degraded"
    REAUTH_REQUIRED = "reauth_required"
    PROVIDER_DOWN = "provider_down"


class Connection(SQLModel, table=True):
    """One linked account at a provider. Tokens and handle are sealed with her data key."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("account_index"),)

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    provider: str
    instance: str = Field(description="Its base address, or empty; of an upload, who uploaded it.")
    account_index: str = Field(description="Blind index of provider, instance and account id.")
    sealed_account: bytes = Field(sa_type=LargeBinary, description="JSON: account id and handle.")
    sealed_tokens: bytes = Field(sa_type=LargeBinary, description="JSON: its tokens; or empty.")
    sealed_presence: bytes | None = Field(
        default=None, sa_type=LargeBinary, description="JSON: its addresses and links."
    )
    followers_only: bool = Field(
        default=False, description="Whether her posts for followers are read too."
    )
    state: str = Field(default=ConnectionState.PENDING)
    failures: int = Field(default=0, description="Refreshes that failed in a row.")
    created_at: datetime = Field(sa_type=UtcDateTime)
    refreshed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, index=True, description="When to refresh next."
    )
    not_before: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="The provider asked to be left alone."
    )
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease: str | None = Field(default=None, description="Token of the worker that holds it.")


class ConnectionDigest(SQLModel, table=True):
    """What is kept of a connection: the sealed bytes of its digest, replaced at each refresh."""

    __tablename__ = "digests"

    connection_id: str = Field(primary_key=True, foreign_key="connections.id", ondelete="CASCADE")
    sealed: bytes = Field(sa_type=LargeBinary)
    engine: str
    refreshed_at: datetime = Field(sa_type=UtcDateTime)


class LinkAttempt(SQLModel, table=True):
    """A customer sent to a provider, or asked for a proof; consumed once.

    Found by the hash of `state`, or of what names the attempt in its page's address.
    """

    __tablename__ = "link_attempts"

    state_hash: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    session_hash: str = Field(description="The browser that alone may finish; or any of hers.")
    provider: str
    instance: str
    sealed_verifier: bytes = Field(sa_type=LargeBinary, description="PKCE verifier, or the page.")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    consumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


async def find_connection(
    session: AsyncSession, customer_id: str, connection_id: str
) -> Connection | None:
    """Find a connection of a customer; nobody else's."""
    query = select(Connection).where(
        col(Connection.id) == connection_id, col(Connection.customer_id) == customer_id
    )
    return (await session.exec(query)).first()


async def is_connection(session: AsyncSession, connection_id: str) -> bool:
    """Tell whether a connection is there, whoever it belongs to."""
    query = select(Connection.id).where(col(Connection.id) == connection_id)
    return (await session.exec(query)).first() is not None


async def hold_connection(
    session: AsyncSession, customer_id: str, connection_id: str
) -> Connection | None:
    """Find a connection of a customer, locked where that can be: no lease is taken meanwhile."""
    query = (
        select(Connection)
        .where(col(Connection.id) == connection_id, col(Connection.customer_id) == customer_id)
        .with_for_update()
    )
    return (await session.exec(query)).first()


async def find_connection_to(session: AsyncSession, account_index: str) -> Connection | None:
    """Find the connection to an account, whoever it belongs to; locked where that can be.

    Without the lock, a lease taken in the same moment would outlive a link that takes it away.
    """
    query = (
        select(Connection).where(col(Connection.account_index) == account_index).with_for_update()
    )
    return (await session.exec(query)).first()


async def connections_of(
    session: AsyncSession, customer_id: str
) -> Sequence[tuple[Connection, str | None]]:
    """List a customer's connections, oldest first, each with the engine of its digest, if any."""
    query = (
        select(Connection, ConnectionDigest.engine)
        .outerjoin(ConnectionDigest, col(ConnectionDigest.connection_id) == col(Connection.id))
        .where(col(Connection.customer_id) == customer_id)
        .order_by(col(Connection.id))
    )
    return (await session.exec(query)).all()


async def delete_connection(session: AsyncSession, connection_id: str) -> None:
    """Delete a connection and, by cascade, its digest."""
    await session.exec(delete(Connection).where(col(Connection.id) == connection_id))


async def due_connections(session: AsyncSession, now: datetime, limit: int) -> Sequence[str]:
    """List ids of connections that are due and that no worker holds, the longest due first."""
    query = select(Connection.id).where(*_is_due(now)).order_by(col(Connection.due_at)).limit(limit)
    return (await session.exec(query)).all()


async def make_due_where_read_otherwise(session: AsyncSession, engine: str, now: datetime) -> int:
    """Make connections due whose digest another engine made; those that fail keep their back-off.

    Returns:
        How many there were.
    """
    read_otherwise = exists().where(
        col(ConnectionDigest.connection_id) == col(Connection.id),
        col(ConnectionDigest.engine) != engine,
    )
    result = await session.exec(
        update(Connection)
        .where(read_otherwise, col(Connection.failures) == 0, col(Connection.due_at) > now)
        .values(due_at=now)
    )
    return result.rowcount


async def take_lease(
    session: AsyncSession, connection_id: str, lease: str, now: datetime, until: datetime
) -> bool:
    """Lease a connection if it is due and nobody holds it; of two workers, one succeeds."""
    result = await session.exec(
        update(Connection)
        .where(col(Connection.id) == connection_id, *_is_due(now))
        .values(lease=lease, leased_until=until)
    )
    return bool(result.rowcount)


async def hold_lease(
    session: AsyncSession, connection_id: str, lease: str, until: datetime
) -> bool:
    """Make a lease longer, if it is still this one."""
    result = await session.exec(
        update(Connection)
        .where(col(Connection.id) == connection_id, col(Connection.lease) == lease)
        .values(leased_until=until)
    )
    return bool(result.rowcount)


async def find_leased(session: AsyncSession, connection_id: str, lease: str) -> Connection | None:
    """Find a connection if the lease on it is still this one; locked where that can be."""
    query = (
        select(Connection)
        .where(col(Connection.id) == connection_id, col(Connection.lease) == lease)
        .with_for_update()
    )
    return (await session.exec(query)).first()


async def find_digest(session: AsyncSession, connection_id: str) -> ConnectionDigest | None:
    """Find the digest of a connection."""
    return await session.get(ConnectionDigest, connection_id)


async def replace_digest(session: AsyncSession, digest: ConnectionDigest) -> None:
    """Put a connection's digest in the place of the one before."""
    await session.merge(digest)


async def find_attempt(session: AsyncSession, state_hash: str) -> LinkAttempt | None:
    """Find an attempt to link, used or not."""
    return await session.get(LinkAttempt, state_hash)


async def consume_attempt(
    session: AsyncSession, state_hash: str, session_hash: str, now: datetime
) -> bool:
    """Use an attempt up, from the browser that began it; of two that try, one succeeds."""
    result = await session.exec(
        update(LinkAttempt)
        .where(
            col(LinkAttempt.state_hash) == state_hash,
            col(LinkAttempt.session_hash) == session_hash,
            col(LinkAttempt.consumed_at).is_(None),
            col(LinkAttempt.expires_at) > now,
        )
        .values(consumed_at=now)
    )
    return bool(result.rowcount)


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        col(Connection.due_at) <= now,
        or_(col(Connection.leased_until).is_(None), col(Connection.leased_until) <= now),
    )
