"""Clients: the companies' systems that may ask a customer for her context."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime


class Client(SQLModel, table=True):
    """An OAuth client (RFC 6749, section 2) with the purposes and sections it may ask for."""

    __tablename__ = "clients"

    id: str = Field(primary_key=True)
    name: str
    uri: str = Field(description="The company's address; its host is shown beside its name.")
    secret_hash: str | None = Field(default=None, description="None for a public client.")
    redirect_uris: list[str] = Field(sa_type=JSON)
    purposes: list[str] = Field(
        sa_type=JSON, description="W3C DPV terms; the first is the default."
    )
    sections: list[str] = Field(sa_type=JSON, description="Sections it may ask for.")
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SigningKey(SQLModel, table=True):
    """A key of the authorization server, published in its JWKS (RFC 7517)."""

    __tablename__ = "signing_keys"

    kid: str = Field(primary_key=True)
    public_jwk: dict[str, Any] = Field(sa_type=JSON)
    sealed_private_jwk: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
