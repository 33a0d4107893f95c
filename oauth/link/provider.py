"""A provider's OAuth, described: what differs between providers is data, not code."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ClientAuthentication(StrEnum):
    """How we show a provider who we are (RFC 6749, section 2.3; OpenID Connect Core, section 9)."""

    POST = "client_secret_post"
    BASIC = "client_secret_basic"
    KEY = "private_key_jwt"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Provider:
    """The OAuth endpoints of one provider, or of one instance of a federated one.

    PKCE with S256 is not an option here: every link uses it. A provider that does not know it
    ignores it (RFC 7636, section 5).

    Args:
        issuer: Its issuer identifier; what `iss` in a callback must equal (RFC 9207).
        authorization_endpoint: Where she is sent.
        token_endpoint: Where a code becomes tokens.
        revocation_endpoint: Where tokens end (RFC 7009), if it has one.
        registration_endpoint: Where we register on the fly, if it allows that.
        scopes: What we ask for; the least that lets us read.
        authentication: How we show who we are at its endpoints.
        pushed_authorization_request_endpoint: Where a request is handed in before she is sent
            there (RFC 9126), if it has one; used then.
        dpop: Whether tokens are bound to a key of the session (RFC 9449).
        names_itself: Whether it says that its callbacks carry `iss` (RFC 9207, section 3); one
            without is then refused.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None
    registration_endpoint: str | None
    scopes: tuple[str, ...]
    authentication: ClientAuthentication = ClientAuthentication.POST
    names_itself: bool = False
    pushed_authorization_request_endpoint: str | None = None
    dpop: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """Our registration as a client at a provider.

    Args:
        client_id: Who we are there.
        client_secret: What shows it; empty where that is a key or nothing.
        keys: Our private JWKs (RFC 7517), as JSON, the newest first, where it is a key.
    """

    client_id: str
    client_secret: str = field(default="", repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """The keys that a session at a provider was begun with, and is bound to until it ends.

    Args:
        dpop_key: The session's own: a private JWK, as JSON.
        client_key: Id of the one by which we show who we are. A provider ends sessions whose
            client comes with another one (https://atproto.com/specs/oauth#types-of-clients).
    """

    dpop_key: str = field(repr=False)
    client_key: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider issued for her account.

    Args:
        access_token: Reads on her behalf.
        refresh_token: Renews it, if the provider issues one.
        expires_at: When the access token ends, as told; None if it was not.
        scope: What it says it granted.
        subject: Whose account it says this is, where it says so with the tokens.
        binding: The keys without which they are worth nothing, where there are such.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    scope: str = ""
    subject: str | None = None
    binding: Binding | None = None
