"""What the authorization server keeps, as plain records, and the face of whoever keeps it.

A host hands in one `Stores` per request, bound to one transaction. The transaction is committed
after every answer, errors included: a refused replay revokes what it stole.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class TokenKind(StrEnum):
    """What a token is good for."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client that is not disabled; without `secret_hash` it is public."""

    id: str
    secret_hash: str | None
    redirect_uris: tuple[str, ...]
    purposes: tuple[str, ...]
    sections: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749, section 2.1)."""
        return self.secret_hash is None


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """A grant that is active; `sections` are the only source of the scope of anything issued."""

    id: str
    client_id: str
    sections: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """An authorization code; its hash is also the family of the tokens it becomes."""

    code_hash: str
    grant_id: str
    client_id: str
    redirect_uri: str
    code_challenge: str
    issued_at: datetime
    expires_at: datetime
    consumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token. One of client credentials has no grant; `expires_at` None: as long as its grant."""

    token_hash: str
    kind: TokenKind
    client_id: str
    grant_id: str | None
    family: str
    scope: str
    issued_at: datetime
    expires_at: datetime | None
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None


class Stores(Protocol):
    """One transaction's view of clients, grants, codes and tokens."""

    def client(self, client_id: str) -> ClientRecord | None:
        """Find a client that is not disabled."""
        ...

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is neither revoked nor expired, of a customer and client not disabled.

        Every flow that issues or accepts something under a grant passes through this.
        """
        ...

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        """Find a code, and let nobody else decide about its grant until this transaction ends."""
        ...

    def add_code(self, code: CodeRecord) -> None:
        """Keep a new code."""
        ...

    def consume_code(self, code_hash: str, now: datetime) -> bool:
        """Mark a code as redeemed, atomically; say whether it was not until now."""
        ...

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, and let nobody else decide about its grant until this transaction ends."""
        ...

    def add_token(self, token: TokenRecord) -> None:
        """Keep a new token."""
        ...

    def rotate_token(self, token_hash: str, now: datetime) -> bool:
        """Mark a refresh token as used, atomically; say whether it was not until now."""
        ...

    def revoke_token(self, token_hash: str, now: datetime) -> None:
        """Revoke one token."""
        ...

    def revoke_family(self, family: str, now: datetime) -> None:
        """Revoke every token that stems from one code."""
        ...
