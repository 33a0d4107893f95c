"""Connections, their digests, the attempts to link one, and our registrations at instances."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime


class ConnectionState(StrEnum):
    """Where a connection stands; every state but `active` says what she can do about it."""

    PENDING = "pending"
    ACTIVE = "active"
    DEGRADED = "degraded"
    REAUTH_REQUIRED = "reauth_required"
    PROVIDER_DOWN = "provider_down"
    REVOKED = "revoked"


class Connection(SQLModel, table=True):
    """One linked account at a provider. Tokens and handle are sealed with her data key."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("account_index"),)

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    provider: str
    instance: str = Field(description="Base address of the instance, or empty.")
    account_index: str = Field(description="Blind index of provider, instance and account id.")
    sealed_account: bytes = Field(sa_type=LargeBinary, description="JSON: account id and handle.")
    sealed_tokens: bytes = Field(sa_type=LargeBinary, description="JSON: the provider's tokens.")
    state: str = Field(default=ConnectionState.PENDING)
    failures: int = Field(default=0, description="Refreshes that failed in a row.")
    created_at: datetime = Field(sa_type=UtcDateTime)
    refreshed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, index=True, description="When to refresh next."
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
    """A customer sent to a provider; found by the hash of `state`, consumed once."""

    __tablename__ = "link_attempts"

    state_hash: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    session_hash: str = Field(description="The browser that began, and alone may finish.")
    provider: str
    instance: str
    sealed_verifier: bytes = Field(sa_type=LargeBinary, description="PKCE code verifier.")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    consumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ProviderApp(SQLModel, table=True):
    """Our registration as a client at one instance of a provider."""

    __tablename__ = "provider_apps"

    provider: str = Field(primary_key=True)
    instance: str = Field(primary_key=True)
    app_client_id: str
    redirect_uri: str = Field(description="The one it was registered with; another needs another.")
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    registered_at: datetime = Field(sa_type=UtcDateTime)
