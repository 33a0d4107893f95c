"""Browser sessions and the one-time links that begin them; only hashes of their secrets."""

from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.customers import Customer
from app.store.types import UtcDateTime


class Session(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "sessions"

    id_hash: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    signed_in_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A link sent by mail, to sign in or to add the address: shown by GET, consumed by POST."""

    __tablename__ = "sign_in_links"

    token_hash: str = Field(primary_key=True)
    email_index: str = Field(index=True)
    sealed_email: bytes = Field(description="Sealed for the service: nobody is signed in yet.")
    return_to: str = Field(description="A local route name, never an address.")
    customer_id: str | None = Field(
        default=None,
        foreign_key="customers.id",
        ondelete="CASCADE",
        index=True,
        description="To whom it adds the address; None if it signs in.",
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    consumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


async def find_session(session: AsyncSession, id_hash: str, now: datetime) -> Session | None:
    """Find a browser's session that has not expired, of a customer who is not disabled."""
    query = (
        select(Session)
        .join(Customer, col(Customer.id) == col(Session.customer_id))
        .where(
            col(Session.id_hash) == id_hash,
            col(Session.expires_at) > now,
            col(Customer.disabled_at).is_(None),
        )
    )
    return (await session.exec(query)).first()


async def delete_session(session: AsyncSession, id_hash: str) -> None:
    """End one browser's session."""
    await session.exec(delete(Session).where(col(Session.id_hash) == id_hash))


async def delete_sessions_of(session: AsyncSession, customer_id: str) -> None:
    """End all sessions of a customer."""
    await session.exec(delete(Session).where(col(Session.customer_id) == customer_id))


async def delete_other_sessions_of(session: AsyncSession, customer_id: str, id_hash: str) -> None:
    """End all sessions of a customer but one."""
    await session.exec(
        delete(Session).where(
            col(Session.customer_id) == customer_id, col(Session.id_hash) != id_hash
        )
    )


async def count_recent_links(session: AsyncSession, email_index: str, since: datetime) -> int:
    """Count the links sent to an address since a moment."""
    query = (
        select(func.count())
        .select_from(SignInLink)
        .where(col(SignInLink.email_index) == email_index, col(SignInLink.created_at) > since)
    )
    return (await session.exec(query)).one()


async def find_open_link(
    session: AsyncSession, token_hash: str, now: datetime, customer_id: str | None = None
) -> SignInLink | None:
    """Find a link that is neither used nor expired.

    Args:
        session: A transaction.
        token_hash: Of its token.
        now: The present.
        customer_id: To whom it is to add its address; None for one that is to sign in.
    """
    link = await session.get(SignInLink, token_hash)
    if link is None or link.consumed_at is not None or link.expires_at <= now:
        return None
    return link if link.customer_id == customer_id else None


async def consume_link(session: AsyncSession, token_hash: str, now: datetime) -> bool:
    """Use a link up; of two that try, one succeeds."""
    result = await session.exec(
        update(SignInLink)
        .where(
            col(SignInLink.token_hash) == token_hash,
            col(SignInLink.consumed_at).is_(None),
            col(SignInLink.expires_at) > now,
        )
        .values(consumed_at=now)
    )
    return bool(result.rowcount)


async def delete_link(session: AsyncSession, token_hash: str) -> None:
    """Delete one link."""
    await session.exec(delete(SignInLink).where(col(SignInLink.token_hash) == token_hash))


async def delete_links_to(session: AsyncSession, email_index: str) -> None:
    """Delete every link sent to an address."""
    await session.exec(delete(SignInLink).where(col(SignInLink.email_index) == email_index))
