"""Authorization codes and tokens; only their hashes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime
from oauth.server.stores import TokenKind

__all__ = ["AuthorizationCode", "Token", "TokenKind"]


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
