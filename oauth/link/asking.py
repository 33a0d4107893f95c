"""Asking a provider's endpoints, as the client that we are there."""

import base64
from datetime import datetime
from urllib.parse import quote_plus

import httpx

from oauth.link.assertion import assertion, key_id
from oauth.link.dpop import DpopAuth
from oauth.link.provider import Binding, ClientAuthentication, Provider, Registration


async def post(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    endpoint: str,
    form: dict[str, str],
    now: datetime,
    binding: Binding | None = None,
) -> httpx.Response:
    """Send a form to an endpoint, and show who we are in the way that the provider wants.

    Args:
        client: HTTP client that may call the provider.
        provider: Whose endpoint.
        registration: Who we are there.
        endpoint: Its address.
        form: What is asked.
        now: The present.
        binding: The keys of the session that it is about, where it has any.

    Raises:
        ClientUnknown: We do not have the key any more with which the session was begun.
    """

    def whole() -> dict[str, str]:
        return {**form, **_credentials(provider, registration, now, binding)}

    headers = {"Accept": "application/json"}
    if provider.authentication is ClientAuthentication.BASIC:
        headers["Authorization"] = _basic(registration)
    if binding is None:
        return await client.post(endpoint, data=whole(), headers=headers)
    # An assertion counts once: a request that is repeated for a nonce carries another one.
    auth = DpopAuth(binding.dpop_key, lambda: now, endpoint, again=whole)
    return await client.post(endpoint, data=whole(), headers=headers, auth=auth)


def _credentials(
    provider: Provider, registration: Registration, now: datetime, binding: Binding | None
) -> dict[str, str]:
    """Return what goes into the form."""
    us = {"client_id": registration.client_id}
    match provider.authentication:
        case ClientAuthentication.BASIC:
            return {}
        case ClientAuthentication.POST:
            return {**us, "client_secret": registration.client_secret}
        case ClientAuthentication.KEY:
            keys = registration.keys
            signed_by = key_id(keys) if binding is None else binding.client_key
            return us | assertion(keys, signed_by, registration.client_id, provider.issuer, now)
        case ClientAuthentication.NONE:
            return us


def _basic(registration: Registration) -> str:
    """Return the header of HTTP Basic, whose parts are form-encoded (RFC 6749, section 2.3.1)."""
    pair = f"{quote_plus(registration.client_id)}:{quote_plus(registration.client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
