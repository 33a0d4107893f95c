"""Authorization codes and tokens; only their hashes."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from app.store.types import UtcDateTime
from oauth.server.stores import TokenKind

__all__ = ["AuthorizationCode", "PushedRequest", "Token", "TokenKind", "UsedOnce"]


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
    scope: str = Field(description="What was asked for; issued is what the grant covers of it.")
    audience: str = Field(description="The resources its tokens are for, separated by spaces.")
    nonce: str | None = None
    auth_time: datetime | None = Field(default=None, sa_type=UtcDateTime)
    jkt: str | None = Field(default=None, description="Thumbprint of the key that must redeem it.")


class PushedRequest(SQLModel, table=True):
    """An authorization request that a client pushed (RFC 9126); gone once it is used."""

    __tablename__ = "pushed_requests"

    uri_hash: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="clients.id", ondelete="CASCADE")
    sealed_parameters: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class UsedOnce(SQLModel, table=True):
    """Something that counts once: the `jti` of a client's assertion, or of a proof."""

    __tablename__ = "used_once"

    once_hash: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


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
    audience: str = Field(description="The resources it is for, separated by spaces.")
    jkt: str | None = Field(default=None, description="Thumbprint of the key it is bound to.")
