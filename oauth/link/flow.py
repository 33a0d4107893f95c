"""Authorization code with PKCE, from the client's side (RFC 6749, 7636, 7009, 9207).

The parameters are Authlib's; the transport is the caller's HTTP client, which alone knows what
addresses may be called. That client's own errors pass through.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from oauth.link.answers import UNKNOWN_ERROR, read_tokens, refusal
from oauth.link.errors import CallbackInvalid, ClientUnknown, LinkDenied, LinkRefused
from oauth.link.provider import Provider, Registration, Tokens

VERIFIER_BYTES = 48


@dataclass(frozen=True, slots=True)
class Departure:
    """She leaves for the provider; `state` and `verifier` are kept until she returns."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def depart(provider: Provider, registration: Registration, redirect_uri: str) -> Departure:
    """Make the address to send her to, with fresh `state` and PKCE verifier.

    Args:
        provider: Where she goes.
        registration: Who we are there.
        redirect_uri: Where she comes back; exactly as registered.
    """
    state = secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(VERIFIER_BYTES)
    url = prepare_grant_uri(
        provider.authorization_endpoint,
        client_id=registration.client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope=" ".join(provider.scopes),
        state=state,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return Departure(url=url, state=state, verifier=verifier)


def read_callback(provider: Provider, params: Mapping[str, str]) -> str:
    """Return the code she came back with. The caller has matched `state` already.

    Args:
        provider: Where she was sent.
        params: The query of the callback.

    Raises:
        CallbackInvalid: `iss` names another issuer, which is a mix-up attack (RFC 9207,
            section 2.4), or there is neither a code nor an error.
        LinkDenied: She declined.
        LinkRefused: The provider reports another error.
    """
    if "iss" in params and params["iss"].rstrip("/") != provider.issuer:
        raise CallbackInvalid("The answer comes from another provider than the one asked.")
    error = params.get("error")
    if error == "access_denied":
        raise LinkDenied("Access was declined at the provider.")
    if error is not None:
        raise refusal(error)
    code = params.get("code")
    if not code:
        raise CallbackInvalid("The answer carries no code.")
    return code


async def exchange(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
) -> Tokens:
    """Turn a code into tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5).

    Raises:
        ClientUnknown: The provider has forgotten our registration.
        LinkRefused: The code is spent, expired or not ours.
        ProviderUnusable: The provider gives no usable answer.
    """
    answer = await _post(
        client,
        registration,
        provider.token_endpoint,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
    )
    return read_tokens(answer)


async def check_registration(
    client: httpx.AsyncClient, provider: Provider, registration: Registration, *, redirect_uri: str
) -> None:
    """Ask the provider whether it still knows us, by asking for a token of our own.

    The token is not used, but to have one keeps us known: Mastodon forgets an app that has none
    a day after its registration. GoToSocial looks at a client only where a `redirect_uri` comes
    with it, and Pleroma says in words alone that it knows none.

    Args:
        client: HTTP client that may call the provider.
        provider: The provider.
        registration: Who we were there.
        redirect_uri: As registered.

    Raises:
        ClientUnknown: It has forgotten us.
        ProviderUnusable: It gives no usable answer.
    """
    answer = await _post(
        client,
        registration,
        provider.token_endpoint,
        {
            "grant_type": "client_credentials",
            "scope": " ".join(provider.scopes),
            "redirect_uri": redirect_uri,
        },
    )
    try:
        read_tokens(answer)
    except LinkRefused as refused:
        if refused.code == UNKNOWN_ERROR:
            raise ClientUnknown("The provider does not say that it knows us.") from None
        return  # known, only not allowed to have a token of its own


async def revoke(
    client: httpx.AsyncClient, provider: Provider, registration: Registration, token: str
) -> None:
    """End a token at the provider (RFC 7009); a provider without revocation is left alone.

    Raises:
        LinkError: The provider does not confirm.
    """
    if provider.revocation_endpoint is None:
        return
    answer = await _post(client, registration, provider.revocation_endpoint, {"token": token})
    if not answer.is_success:
        read_tokens(answer)


async def _post(
    client: httpx.AsyncClient,
    registration: Registration,
    endpoint: str,
    form: dict[str, str],
) -> httpx.Response:
    credentials = {
        "client_id": registration.client_id,
        "client_secret": registration.client_secret,
    }
    return await client.post(
        endpoint, data={**form, **credentials}, headers={"Accept": "application/json"}
    )
