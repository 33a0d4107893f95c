"""What an OpenID provider says of itself (OpenID Connect Discovery 1.0), read with suspicion.

The document is fetched from the issuer that the operator configured, and must be about that very
issuer: whoever could have it name another one could have us take that one's word for who she is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from oauth.link.answers import read_json
from oauth.link.errors import ProviderUnusable
from oauth.link.provider import ClientAuthentication, Provider
from oauth.server.signing import ASYMMETRIC

WELL_KNOWN = "/.well-known/openid-configuration"
DEFAULT_ALGORITHMS = ("RS256",)
"""What a document that leaves its algorithms out must allow (Discovery, section 3)."""
MAX_ADDRESS_CHARACTERS = 2_000

IsAllowed = Callable[[httpx.URL], bool]
"""Tells whether an address may be used: https, or one of the operator's exceptions."""


@dataclass(frozen=True, slots=True)
class OpenIDProvider:
    """An OpenID provider as we deal with it.

    Args:
        provider: Its OAuth endpoints; its issuer is the configured one, to the letter.
        jwks_uri: Where its keys are.
        userinfo_endpoint: Where more is told of her, if it has one.
        algorithms: Those of our list that it signs ID tokens with; never any other.
    """

    provider: Provider
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        return self.provider.issuer


async def discover(
    client: httpx.AsyncClient,
    issuer: str,
    *,
    authentication: ClientAuthentication,
    scopes: tuple[str, ...],
    is_allowed: IsAllowed,
) -> OpenIDProvider:
    """Fetch and judge a provider's document.

    Args:
        client: HTTP client that may call the provider.
        issuer: As configured; what the document must say, character by character.
        authentication: How we show it who we are.
        scopes: What we ask for.
        is_allowed: Whether an endpoint's address may be used.

    Raises:
        LinkError: There is no such document, it is about another issuer, or nothing that we
            accept comes of it.
    """
    # A slash at the end of the issuer is not doubled (Discovery, section 4.1).
    answer = await client.get(issuer.rstrip("/") + WELL_KNOWN, headers=_JSON)
    content = read_json(answer)
    if not answer.status_code == httpx.codes.OK or content.get("issuer") != issuer:
        raise ProviderUnusable(answer.status_code)

    def endpoint(name: str) -> str:
        address = _address(content.get(name), is_allowed)
        if address is None:
            raise ProviderUnusable(answer.status_code)
        return address

    algorithms = _algorithms(content)
    if not algorithms:
        raise ProviderUnusable(answer.status_code)
    provider = Provider(
        issuer=issuer,
        authorization_endpoint=endpoint("authorization_endpoint"),
        token_endpoint=endpoint("token_endpoint"),
        revocation_endpoint=None,
        registration_endpoint=None,
        scopes=scopes,
        authentication=authentication,
        names_itself=content.get("authorization_response_iss_parameter_supported") is True,
    )
    return OpenIDProvider(
        provider=provider,
        jwks_uri=endpoint("jwks_uri"),
        userinfo_endpoint=_address(content.get("userinfo_endpoint"), is_allowed),
        algorithms=algorithms,
    )


async def fetch_jwks(client: httpx.AsyncClient, provider: OpenIDProvider) -> Mapping[str, Any]:
    """Fetch a provider's keys (RFC 7517, section 5); which of them will do is judged at use.

    Raises:
        LinkError: It answers with something else.
    """
    answer = await client.get(provider.jwks_uri, headers=_JSON)
    content = read_json(answer)
    if not isinstance(content.get("keys"), list):
        raise ProviderUnusable(answer.status_code)
    return content


def _algorithms(content: Mapping[str, Any]) -> tuple[str, ...]:
    told = content.get("id_token_signing_alg_values_supported", DEFAULT_ALGORITHMS)
    if not isinstance(told, list | tuple):
        return ()
    return tuple(sorted(ASYMMETRIC.intersection(name for name in told if isinstance(name, str))))


def _address(value: object, is_allowed: IsAllowed) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ADDRESS_CHARACTERS:
        return None
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        return None
    # A fragment is not sent, and whoever is named before an @ is nobody (RFC 6749, section 3.1).
    if not url.host or url.fragment or url.userinfo or not value.isascii():
        return None
    return value if is_allowed(url) else None


_JSON = {"Accept": "application/json"}
