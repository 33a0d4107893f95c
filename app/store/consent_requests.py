"""Consent requests: what a client asked for, waiting for her decision."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, update
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.types import UtcDateTime

CONSENT_LIFETIME = timedelta(minutes=10)
"""For so long a request waits for her."""


class ConsentRequest(SQLModel, table=True):
    """A validated authorization request that waits for her decision.

    Its id is a secret that only the browser she was sent to us with has been told; nothing else
    binds it to that browser. The decision is bound to her session, by the form's CSRF token.
    """

    __tablename__ = "consent_requests"

    id_hash: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE")
    sealed_parameters: bytes = Field(sa_type=LargeBinary, description="What the client asked for.")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def parameters_place(id_hash: str) -> str:
    """Name the place that a request's parameters are sealed for."""
    return f"consent_requests.sealed_parameters:{id_hash}"


async def find_consent_request(session: AsyncSession, id_hash: str) -> ConsentRequest | None:
    """Find a consent request, decided and expired ones included."""
    return await session.get(ConsentRequest, id_hash, populate_existing=True)


async def take_consent_request(session: AsyncSession, id_hash: str, now: datetime) -> bool:
    """Mark a consent request as decided, atomically; say whether it still waited for that."""
    result = await session.exec(
        update(ConsentRequest)
        .where(
            col(ConsentRequest.id_hash) == id_hash,
            col(ConsentRequest.decided_at).is_(None),
            col(ConsentRequest.expires_at) > now,
        )
        .values(decided_at=now)
    )
    return result.rowcount == 1
