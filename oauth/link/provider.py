"""A provider's OAuth, described: what differs between providers is data, not code."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ClientAuthentication(StrEnum):
    """How we show a provider who we are (RFC 6749, section 2.3; OpenID Connect Core, section 9)."""

    POST = "client_secret_post"
    BASIC = "client_secret_basic"
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


@dataclass(frozen=True, slots=True)
class Registration:
    """Our registration as a client at a provider."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider issued for her account.

    Args:
        access_token: Reads on her behalf.
        refresh_token: Renews it, if the provider issues one.
        expires_at: When the access token ends, as told; None if it was not.
        scope: What it says it granted.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    scope: str = ""
