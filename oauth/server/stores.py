"""What the authorization server keeps, as plain records, and the face of whoever keeps it.

A host hands in one `Stores` per request, bound to one transaction. The transaction is committed
after every answer, errors included: a refused replay revokes what it stole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from oauth.server.scopes import scope_of

RS256 = "RS256"
"""What an ID token is signed with unless a client registers another (OpenID Registration, 2)."""


class Profile(StrEnum):
    """What a client is held to."""

    OAUTH = "oauth2.1"
    FAPI = "fapi2"
    """The FAPI 2.0 security profile: pushed requests, bound tokens, a key of its own."""


class TokenKind(StrEnum):
    """What a token is good for."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client that is not disabled.

    Args:
        id: Its client identifier.
        secret_hash: Hash of its secret, if it authenticates by one.
        redirect_uris: Where browsers may be sent back to.
        purposes: W3C DPV terms it may ask for; the first is the default.
        sections: Sections it may ask for.
        jwks: Its public keys, if it authenticates by `private_key_jwt`.
        profile: What it is held to.
        id_token_algorithm: By which its ID tokens are signed.
        lens: Its approved brands and rivals.
    """

    id: str
    secret_hash: str | None
    redirect_uris: tuple[str, ...]
    purposes: tuple[str, ...]
    sections: tuple[str, ...]
    jwks: Mapping[str, Any] | None = None
    profile: Profile = Profile.OAUTH
    id_token_algorithm: str = RS256
    lens: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749, section 2.1)."""
        return self.secret_hash is None and self.jwks is None

    @property
    def is_fapi(self) -> bool:
        """Whether it is held to the FAPI 2.0 security profile."""
        return self.profile is Profile.FAPI


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """A grant that is active; nothing issued has a scope beyond its own.

    Args:
        id: Known to the client too (Grant Management for OAuth 2.0).
        client_id: Whom it was given to.
        sections: What may be read.
        expires_at: Its end; None until she revokes it.
        purpose: What for (W3C DPV term).
        subject: The name under which only this client knows her.
        signs_in: Whether the client may sign her in.
        is_single_call: Whether it is for this one call.
        lens: The brands and rivals it may hear of.
    """

    id: str
    client_id: str
    sections: tuple[str, ...]
    expires_at: datetime | None
    purpose: str = ""
    subject: str = ""
    signs_in: bool = False
    is_single_call: bool = False
    lens: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """All that can be issued under it."""
        return scope_of(self.sections, signs_in=self.signs_in)


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """An authorization code; its hash is also the family of the tokens it becomes.

    Args:
        code_hash: Hash of the code.
        grant_id: The grant it stands on.
        client_id: Who may redeem it.
        redirect_uri: Where it was sent.
        code_challenge: Of PKCE, S256.
        issued_at: When it was issued.
        expires_at: A minute later.
        consumed_at: When it was redeemed.
        scope: What was asked for; what is issued is the part of it that the grant covers.
        audience: The resources its tokens are for.
        nonce: To be repeated in the ID token.
        auth_time: When she signed in.
        jkt: Thumbprint of the key that must redeem it (RFC 9449, section 10).
    """

    code_hash: str
    grant_id: str
    client_id: str
    redirect_uri: str
    code_challenge: str
    issued_at: datetime
    expires_at: datetime
    consumed_at: datetime | None = None
    scope: str = ""
    audience: tuple[str, ...] = ()
    nonce: str | None = None
    auth_time: datetime | None = None
    jkt: str | None = None


@dataclass(frozen=True, slots=True)
class PushedRecord:
    """An authorization request that a client pushed (RFC 9126); its parameters are sealed."""

    uri_hash: str
    client_id: str
    sealed_parameters: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token. One of client credentials has no grant; `expires_at` None: as long as its grant.

    With `jkt` it is bound to a key (RFC 9449).
    """

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
    audience: tuple[str, ...] = ()
    jkt: str | None = None

    def is_over(self, now: datetime) -> bool:
        """Say whether it has expired, was revoked, or was exchanged for another."""
        has_expired = self.expires_at is not None and self.expires_at <= now
        return has_expired or self.revoked_at is not None or self.rotated_at is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """A token as it stands: itself, and its grant if that is active."""

    token: TokenRecord
    grant: GrantRecord | None

    def is_over(self, now: datetime) -> bool:
        """Say whether the token, or the grant it was issued under, counts no more."""
        is_ended = self.token.grant_id is not None and self.grant is None
        return is_ended or self.token.is_over(now)


class Stores(Protocol):
    """One transaction's view of clients, requests, grants, codes and tokens."""

    def client(self, client_id: str) -> ClientRecord | None:
        """Find a client that is not disabled."""
        ...

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is neither revoked nor expired, of a customer and client not disabled.

        Every flow that issues or accepts something under a grant passes through this.
        """
        ...

    def add_pushed(self, pushed: PushedRecord) -> None:
        """Keep a pushed request."""
        ...

    def take_pushed(self, uri_hash: str) -> PushedRecord | None:
        """Take a pushed request away, atomically, so that it is used once."""
        ...

    def is_first_use(self, once: str, until: datetime) -> bool:
        """Remember something that may be used once; say whether it was not used until now.

        Args:
            once: What it is.
            until: Until when it must be remembered.
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

    def token(self, token_hash: str, now: datetime) -> Standing | None:
        """Find a token as it is, with its grant if that is active; nothing is held.

        Returns:
            Nothing, too, when its client is disabled.
        """
        ...

    def client_and_token(
        self, client_id: str, token_hash: str, now: datetime
    ) -> tuple[ClientRecord | None, Standing | None]:
        """Find, at one look, what `client` finds and, of that client's tokens, what `token` does.

        For introspection, which is asked with nearly every request a client gets.
        """
        ...

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, and let nobody else decide about its grant until this transaction ends."""
        ...

    def hold_standing(self, token_hash: str, now: datetime) -> Standing | None:
        """Hold as `hold_token` does, and find what `token` does."""
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
