"""Browser sessions and the one-time links that begin them; only hashes of their secrets."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime


class Session(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "sessions"

    id_hash: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    signed_in_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A link sent by mail: shown by GET, consumed once by POST."""

    __tablename__ = "sign_in_links"

    token_hash: str = Field(primary_key=True)
    email_index: str = Field(index=True)
    sealed_email: bytes = Field(description="Sealed for the service: nobody is signed in yet.")
    return_to: str = Field(description="A local route name, never an address.")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    consumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
