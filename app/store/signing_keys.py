"""Signing keys of the authorization server: public halves to publish, private ones sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.types import UtcDateTime

ERASED = b""
"""What stands in the place of a private half that nothing may be signed with any more."""


class SigningKey(SQLModel, table=True):
    """A key of the authorization server; its public half is never deleted."""

    __tablename__ = "signing_keys"

    kid: str = Field(primary_key=True)
    algorithm: str
    public_jwk: dict[str, Any] = Field(sa_type=JSON)
    sealed_private_jwk: bytes = Field(repr=False)
    created_at: datetime = Field(sa_type=UtcDateTime)
    signs_from: datetime = Field(sa_type=UtcDateTime)
    retires_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Published until then; None: no end yet."
    )
    withdrawn_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Retired at once, for fear that it leaked."
    )


def private_place(kid: str) -> str:
    """Name the place a private key is sealed for."""
    return f"signing_keys.sealed_private_jwk:{kid}"


async def hold_signing_keys(session: AsyncSession) -> None:
    """Let nobody else make a signing key until this transaction ends; everybody may read them.

    SQLite's writers take turns anyway.
    """
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE"))


async def signing_keys(session: AsyncSession) -> Sequence[SigningKey]:
    """List all signing keys, retired ones included, oldest first."""
    query = select(SigningKey).order_by(
        col(SigningKey.created_at), col(SigningKey.signs_from), col(SigningKey.kid)
    )
    return (await session.exec(query)).all()


async def erase_private_halves(session: AsyncSession, now: datetime) -> int:
    """Erase the private halves of keys that have retired; return how many there still were."""
    erased = await session.exec(
        update(SigningKey)
        .where(col(SigningKey.retires_at) <= now, col(SigningKey.sealed_private_jwk) != ERASED)
        .values(sealed_private_jwk=ERASED)
    )
    return int(erased.rowcount)
