"""Clients: the companies' systems that may ask a customer for her context."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.types import UtcDateTime
from oauth.server.stores import RS256, Profile


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
    jwks: dict[str, Any] | None = Field(
        default=None, sa_type=JSON, description="Its public keys, if it authenticates by its own."
    )
    profile: str = Field(default=Profile.OAUTH, description="What it is held to.")
    id_token_algorithm: str = Field(default=RS256)
    lens: dict[str, list[str]] = Field(
        default_factory=dict, sa_type=JSON, description="Its approved brands and rivals."
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


async def find_client(session: AsyncSession, client_id: str) -> Client | None:
    """Find a client by id, disabled ones included."""
    return await session.get(Client, client_id)


async def list_clients(session: AsyncSession) -> Sequence[Client]:
    """List all clients, oldest first."""
    return (await session.exec(select(Client).order_by(col(Client.id)))).all()


async def disable_client(session: AsyncSession, client_id: str, now: datetime) -> bool:
    """Disable a client, in every flow at once; say whether it was enabled until now."""
    result = await session.exec(
        update(Client)
        .where(col(Client.id) == client_id, col(Client.disabled_at).is_(None))
        .values(disabled_at=now)
    )
    return bool(result.rowcount)
