"""Customers, their data keys, their verified identifiers, and the subject each client knows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime


class IdentifierType(StrEnum):
    """Kinds of identifier a customer can be looked up by."""

    EMAIL = "email"
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
