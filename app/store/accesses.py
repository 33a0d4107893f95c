"""Accesses: who read what of whom, when and why; written before the answer leaves."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime


class Outcome(StrEnum):
    """How a read ended."""

    SERVED = "served"
    REFUSED = "refused"


class Access(SQLModel, table=True):
    """One read, or one refused attempt under a grant that has ended."""

    __tablename__ = "accesses"

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE")
    grant_id: str = Field(foreign_key="grants.id", ondelete="CASCADE", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    purpose: str
    agent: str | None = Field(default=None, description="As the client asserts.")
    call_id: str | None = Field(default=None, description="As the client asserts.")
    outcome: str
    served: list[str] = Field(sa_type=JSON)
    withheld: dict[str, str] = Field(sa_type=JSON, description="Section to reason.")
