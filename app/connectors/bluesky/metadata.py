"""Which authorization server a personal data server trusts, and what that one is able to do.

https://atproto.com/specs/oauth#authorization-servers; RFC 9728, RFC 8414.
"""

from datetime import datetime
from typing import Any

import httpx

from app.connectors.bluesky.address import server_at
from app.connectors.bluesky.fetching import document
from app.connectors.errors import ProviderChanged
from oauth.link.provider import ClientAuthentication, Provider

RESOURCE = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"
# What the profile requires of every authorization server, and we rely on.
LISTED = {
    "scopes_supported": {"atproto"},
    "response_types_supported": {"code"},
    "grant_types_supported": {"authorization_code", "refresh_token"},
    "code_challenge_methods_supported": {"S256"},
    "token_endpoint_auth_methods_supported": {"private_key_jwt"},
    "token_endpoint_auth_signing_alg_values_supported": {"ES256"},
    "dpop_signing_alg_values_supported": {"ES256"},
}
TRUE = (
    "require_pushed_authorization_requests",
    "authorization_response_iss_parameter_supported",
    "client_id_metadata_document_supported",
)


async def issuer_of(
    client: httpx.AsyncClient, server: str, exceptions: frozenset[str], now: datetime
) -> str:
    """Return the authorization server of a personal data server.

    Args:
        client: A guarded HTTP client.
        server: Base address of the personal data server.
        exceptions: Exact `host:port` pairs that need no TLS.
        now: The present.

    Raises:
        Absent: It says none.
        ConnectorError: It does not answer well, or names several.
    """
    content = await document(client, f"{server}{RESOURCE}", now)
    named = content.get("authorization_servers")
    issuer = server_at(named[0], exceptions) if isinstance(named, list) and named else None
    if content.get("resource") != server or issuer is None or named != [issuer]:
        raise ProviderChanged("The server does not say who signs in for it.")
    return issuer


async def provider_at(
    client: httpx.AsyncClient,
    issuer: str,
    scopes: tuple[str, ...],
    exceptions: frozenset[str],
    now: datetime,
) -> Provider:
    """Describe an authorization server, if it is able to do what the profile requires.

    Args:
        client: A guarded HTTP client.
        issuer: Its issuer identifier, which is its base address too.
        scopes: What we ask for.
        exceptions: Exact `host:port` pairs that need no TLS.
        now: The present.

    Raises:
        Absent: It does not describe itself.
        ConnectorError: It does not answer well, or is not able to.
    """
    content = await document(client, f"{issuer}{SERVER}", now)
    if content.get("issuer") != issuer:
        raise ProviderChanged("The server describes another one than itself.")
    missing = [name for name, needed in LISTED.items() if not needed <= _texts(content.get(name))]
    missing += [name for name in TRUE if content.get(name) is not True]
    if missing:
        raise ProviderChanged(f"The server lacks what is needed here: {', '.join(missing)}.")
    return Provider(
        issuer=issuer,
        authorization_endpoint=_endpoint(content, "authorization_endpoint", exceptions),
        token_endpoint=_endpoint(content, "token_endpoint", exceptions),
        revocation_endpoint=(
            _endpoint(content, "revocation_endpoint", exceptions)
            if "revocation_endpoint" in content
            else None
        ),
        registration_endpoint=None,
        pushed_authorization_request_endpoint=_endpoint(
            content, "pushed_authorization_request_endpoint", exceptions
        ),
        scopes=scopes,
        authentication=ClientAuthentication.KEY,
        dpop=True,
        names_itself=True,
    )


def _texts(values: object) -> set[str]:
    if not isinstance(values, list):
        return set()
    return {value for value in values if isinstance(value, str)}


def _endpoint(content: dict[str, Any], name: str, exceptions: frozenset[str]) -> str:
    address = content.get(name)
    try:
        url = httpx.URL(address) if isinstance(address, str) else httpx.URL("")
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    base = str(url.copy_with(raw_path=b"/", fragment=None)) if url.host else ""
    if server_at(base, exceptions) is None or url.fragment:
        raise ProviderChanged(f"The server does not say where its {name} is.")
    return str(url)
