"""Customers, their data keys, their verified identifiers, and the subject each client knows."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, UniqueConstraint, delete, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.secrets import Box, SealError, Vault
from app.store.types import UtcDateTime


class IdentifierType(StrEnum):
    """Kinds of identifier a customer is known by: to us, or (`subject`) to one client."""

    EMAIL = "email"
    OPENID = "openid"
    SUBJECT = "subject"


class Customer(SQLModel, table=True):
    """The person; owner of everything about her."""

    __tablename__ = "customers"

    id: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    context_version: int = Field(default=0, description="Grows with every change of her context.")


class DataKey(SQLModel, table=True):
    """A customer's wrapped data key; this table stays out of long-lived backups."""

    __tablename__ = "data_keys"

    customer_id: str = Field(primary_key=True, foreign_key="customers.id", ondelete="CASCADE")
    wrapped: bytes = Field(sa_type=LargeBinary)
    master_key_id: str = Field(
        default="", index=True, description="Which master key wraps it; empty if not noted."
    )


class Identifier(SQLModel, table=True):
    """A verified identifier: found by a keyed blind index, readable only with her data key."""

    __tablename__ = "identifiers"
    __table_args__ = (UniqueConstraint("type", "blind_index"),)

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    type: str
    blind_index: str
    sealed_value: bytes = Field(sa_type=LargeBinary)
    verified_at: datetime = Field(sa_type=UtcDateTime)


class Subject(SQLModel, table=True):
    """The random name under which one client knows one customer (pairwise identifier)."""

    __tablename__ = "subjects"
    __table_args__ = (UniqueConstraint("customer_id", "client_id"),)

    subject: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE")
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE", index=True)


async def find_customer(session: AsyncSession, customer_id: str) -> Customer | None:
    """Find a customer by id."""
    return await session.get(Customer, customer_id)


async def find_by_identifier(
    session: AsyncSession, kind: IdentifierType, blind_index: str
) -> Customer | None:
    """Find the customer who verified an identifier."""
    query = (
        select(Customer)
        .join(Identifier, col(Identifier.customer_id) == col(Customer.id))
        .where(col(Identifier.type) == kind, col(Identifier.blind_index) == blind_index)
    )
    return (await session.exec(query)).first()


async def identifiers_of(session: AsyncSession, customer_id: str) -> Sequence[Identifier]:
    """List a customer's identifiers, oldest first."""
    query = (
        select(Identifier)
        .where(col(Identifier.customer_id) == customer_id)
        .order_by(col(Identifier.id))
    )
    return (await session.exec(query)).all()


async def delete_identifier(session: AsyncSession, identifier_id: str) -> None:
    """Delete one identifier."""
    await session.exec(delete(Identifier).where(col(Identifier.id) == identifier_id))


async def open_box(session: AsyncSession, vault: Vault, customer_id: str) -> Box:
    """Open a customer's box.

    Raises:
        SealError: She has no data key (any more).
    """
    row = await session.get(DataKey, customer_id)
    if row is None:
        raise SealError("There is no data key for this customer.")
    return vault.box(customer_id, row.wrapped)


async def wrapped_otherwise(
    session: AsyncSession, master_key_id: str, limit: int | None = None
) -> Sequence[DataKey]:
    """List data keys that another master key wraps, or one that was not noted."""
    query = (
        select(DataKey)
        .where(col(DataKey.master_key_id) != master_key_id)
        .order_by(col(DataKey.customer_id))
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def delete_customer(session: AsyncSession, customer_id: str) -> bool:
    """Delete a customer and, by cascade, everything of hers; say whether she was there."""
    result = await session.exec(delete(Customer).where(col(Customer.id) == customer_id))
    return bool(result.rowcount)


async def bump_context_version(session: AsyncSession, customer_id: str) -> None:
    """Mark that her context changed, so that no rendered copy is served again."""
    await session.exec(
        update(Customer)
        .where(col(Customer.id) == customer_id)
        .values(context_version=col(Customer.context_version) + 1)
    )
