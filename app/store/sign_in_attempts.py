"""People sent to an OpenID provider to sign in: used once, by the browser that began."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, update
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.types import UtcDateTime


class Wish(StrEnum):
    """What she went to the provider for."""

    SIGN_IN = "sign_in"
    SIGN_IN_AGAIN = "sign_in_again"
    ADD = "add"


class SignInAttempt(SQLModel, table=True):
    """A browser sent to an OpenID provider; found by the hash of `state`.

    Nobody is signed in yet, or she who is has asked for more: her session then is part of it.
    """

    __tablename__ = "sign_in_attempts"

    state_hash: str = Field(primary_key=True)
    browser_hash: str = Field(description="Of a secret in a cookie: who alone may finish.")
    provider: str
    wish: str
    customer_id: str | None = Field(
        default=None, foreign_key="customers.id", ondelete="CASCADE", index=True
    )
    session_hash: str | None = Field(default=None, description="Hers, if she is signed in.")
    return_to: str = Field(description="A local route name, never an address.")
    sealed: bytes = Field(
        sa_type=LargeBinary, description="JSON: PKCE verifier and nonce, sealed for the service."
    )
    begun_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    consumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


async def find_sign_in_attempt(session: AsyncSession, state_hash: str) -> SignInAttempt | None:
    """Find an attempt to sign in, used or not."""
    return await session.get(SignInAttempt, state_hash)


async def consume_sign_in_attempt(
    session: AsyncSession, state_hash: str, browser_hash: str, now: datetime
) -> bool:
    """Use an attempt up, from the browser that began it; of two that try, one succeeds."""
    result = await session.exec(
        update(SignInAttempt)
        .where(
            col(SignInAttempt.state_hash) == state_hash,
            col(SignInAttempt.browser_hash) == browser_hash,
            col(SignInAttempt.consumed_at).is_(None),
            col(SignInAttempt.expires_at) > now,
        )
        .values(consumed_at=now)
    )
    return bool(result.rowcount)
