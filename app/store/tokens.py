"""Authorization codes and tokens; only their hashes."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.clients import Client
from app.store.customers import Customer
from app.store.grants import Grant, grant_is_active
from app.store.types import UtcDateTime
from oauth.server.stores import TokenKind

__all__ = ["ActiveToken", "AuthorizationCode", "Token", "TokenKind", "active_token"]


class AuthorizationCode(SQLModel, table=True):
    """A code (RFC 6749, section 4.1.2): redeemed at most once, bound to client, URI and PKCE."""

    __tablename__ = "authorization_codes"

    code_hash: str = Field(primary_key=True)
    grant_id: str = Field(foreign_key="grants.id", ondelete="CASCADE", index=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE")
    redirect_uri: str
    code_challenge: str
    issued_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    consumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Token(SQLModel, table=True):
    """An access or refresh token. Those of a grant fall with it; client credentials have none."""

    __tablename__ = "tokens"

    token_hash: str = Field(primary_key=True)
    kind: str
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE", index=True)
    grant_id: str | None = Field(
        default=None, foreign_key="grants.id", ondelete="CASCADE", index=True
    )
    family: str = Field(index=True, description="Shared by all tokens that stem from one code.")
    scope: str
    issued_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="None: as long as its grant."
    )
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """An access token that is good now; one of client credentials has no grant."""

    token_hash: str
    client_id: str
    scope: frozenset[str]
    grant: Grant | None


async def active_token(session: AsyncSession, token_hash: str, now: datetime) -> ActiveToken | None:
    """Find an access token that is good now, and so are its grant, its customer and its client."""
    query = (
        select(Token, Grant)
        .join(Client, col(Client.id) == col(Token.client_id))
        .outerjoin(Grant, col(Grant.id) == col(Token.grant_id))
        .outerjoin(Customer, col(Customer.id) == col(Grant.customer_id))
        .where(
            col(Token.token_hash) == token_hash,
            col(Token.kind) == TokenKind.ACCESS,
            col(Token.revoked_at).is_(None),
            col(Token.expires_at) > now,
            col(Client.disabled_at).is_(None),
            col(Token.grant_id).is_(None) | grant_is_active(now),
        )
    )
    row = (await session.exec(query)).one_or_none()
    if row is None:
        return None
    token, grant = row
    return ActiveToken(token.token_hash, token.client_id, frozenset(token.scope.split()), grant)
