"""Authorization code with PKCE, from the client's side (RFC 6749, 7636, 7009, 9126, 9207).

The parameters are Authlib's; the transport is the caller's HTTP client, which alone knows what
addresses may be called. That client's own errors pass through.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from oauth.link.answers import UNKNOWN_ERROR, read_json, read_text, read_tokens, refusal
from oauth.link.asking import post
from oauth.link.assertion import key_id
from oauth.link.dpop import new_key
from oauth.link.errors import (
    CallbackInvalid,
    ClientUnknown,
    LinkDenied,
    LinkRefused,
    ProviderUnusable,
)
from oauth.link.provider import Binding, ClientAuthentication, Provider, Registration, Tokens

VERIFIER_BYTES = 48


@dataclass(frozen=True, slots=True)
class Departure:
    """She leaves for the provider; all but the address is kept until she returns."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    binding: Binding | None = None


async def depart(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    redirect_uri: str,
    now: datetime,
    login_hint: str = "",
    also: Mapping[str, str] | None = None,
) -> Departure:
    """Make the address to send her to, with fresh `state` and PKCE verifier.

    Args:
        client: HTTP client that may call the provider.
        provider: Where she goes.
        registration: Who we are there.
        redirect_uri: Where she comes back; exactly as registered.
        now: The present.
        login_hint: The account she means, if she said so (OpenID Connect Core, section 3.1.2.1).
        also: Further parameters of the request.

    Raises:
        LinkError: The provider does not take the request.
    """
    state = secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(VERIFIER_BYTES)
    asked = {
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
        **({"login_hint": login_hint} if login_hint else {}),
        **(also or {}),
    }
    binding = Binding(new_key(), key_id(registration.keys)) if provider.dpop else None
    if provider.pushed_authorization_request_endpoint is not None:
        asked = await _pushed(client, provider, registration, asked, now, binding)
    query = {"client_id": registration.client_id, **asked}
    url = add_params_to_uri(provider.authorization_endpoint, list(query.items()))
    return Departure(url=url, state=state, verifier=verifier, binding=binding)


def read_callback(provider: Provider, params: Mapping[str, str]) -> str:
    """Return the code she came back with. The caller has matched `state` already.

    Args:
        provider: Where she was sent.
        params: The query of the callback.

    Raises:
        CallbackInvalid: `iss` names another issuer, which is a mix-up attack (RFC 9207,
            section 2.4), or is missing although the provider always sends it; or there is
            neither a code nor an error.
        LinkDenied: She declined.
        LinkRefused: The provider reports another error.
    """
    named = params.get("iss", "" if provider.names_itself else provider.issuer)
    if named.rstrip("/") != provider.issuer.rstrip("/"):
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
    now: datetime,
    binding: Binding | None = None,
) -> Tokens:
    """Turn a code into tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5).

    Args:
        client: HTTP client that may call the provider.
        provider: Where she was.
        registration: Who we are there.
        code: What she came back with.
        verifier: What was kept while she was away.
        redirect_uri: The one she was sent with.
        now: The present.
        binding: What was kept of the session's keys.

    Raises:
        ClientUnknown: The provider has forgotten our registration.
        LinkRefused: The code is spent, expired or not ours.
        ProviderUnusable: The provider gives no usable answer.
    """
    answer = await post(
        client,
        provider,
        registration,
        provider.token_endpoint,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
        now,
        binding,
    )
    return _issued(provider, answer, now, binding)


async def renew(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    tokens: Tokens,
    now: datetime,
) -> Tokens:
    """Have the access token renewed (RFC 6749, section 6); what is not issued anew stays.

    Args:
        client: HTTP client that may call the provider.
        provider: Who issued them.
        registration: Who we are there.
        tokens: With a refresh token.
        now: The present.

    Raises:
        ClientUnknown: The provider has forgotten our registration.
        LinkRefused: The refresh token is spent, revoked or expired.
        ProviderUnusable: The provider gives no usable answer; nothing is known of the token.
    """
    answer = await post(
        client,
        provider,
        registration,
        provider.token_endpoint,
        {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token or ""},
        now,
        tokens.binding,
    )
    fresh = _issued(provider, answer, now, tokens.binding)
    if tokens.subject is not None and fresh.subject not in {None, tokens.subject}:
        raise LinkRefused("another_account")
    return replace(
        fresh,
        refresh_token=fresh.refresh_token or tokens.refresh_token,
        scope=fresh.scope or tokens.scope,
        subject=tokens.subject,
    )


async def check_registration(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    now: datetime,
    *,
    redirect_uri: str,
) -> None:
    """Ask the provider whether it still knows us, by asking for a token of our own.

    The token is not used, but to have one keeps us known: Mastodon forgets an app that has none
    a day after its registration. GoToSocial looks at a client only where a `redirect_uri` comes
    with it, and Pleroma says in words alone that it knows none.

    Args:
        client: HTTP client that may call the provider.
        provider: The provider.
        registration: Who we were there.
        now: The present.
        redirect_uri: As registered.

    Raises:
        ClientUnknown: It has forgotten us.
        ProviderUnusable: It gives no usable answer.
    """
    answer = await post(
        client,
        provider,
        registration,
        provider.token_endpoint,
        {
            "grant_type": "client_credentials",
            "scope": " ".join(provider.scopes),
            "redirect_uri": redirect_uri,
        },
        now,
    )
    try:
        read_tokens(answer, now)
    except LinkRefused as refused:
        if refused.code == UNKNOWN_ERROR:
            raise ClientUnknown("The provider does not say that it knows us.") from None
        return  # known, only not allowed to have a token of its own


async def revoke(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    tokens: Tokens,
    now: datetime,
) -> None:
    """End our tokens at the provider (RFC 7009); a provider without revocation is left alone.

    A refresh token should end the access tokens that came of it (section 2.1). Pleroma knows tokens
    by their access token alone and confirms in any case, so both are sent.

    Raises:
        LinkError: The provider does not confirm.
    """
    if provider.revocation_endpoint is None:
        return
    endpoint = provider.revocation_endpoint
    for token in filter(None, (tokens.refresh_token, tokens.access_token)):
        form = {"token": token}
        answer = await post(client, provider, registration, endpoint, form, now, tokens.binding)
        if not answer.is_success:
            read_tokens(answer, now)


async def _pushed(
    client: httpx.AsyncClient,
    provider: Provider,
    registration: Registration,
    asked: dict[str, str],
    now: datetime,
    binding: Binding | None,
) -> dict[str, str]:
    """Hand the request in, and return what stands for it (RFC 9126, section 2.2)."""
    endpoint = provider.pushed_authorization_request_endpoint or ""
    answer = await post(client, provider, registration, endpoint, asked, now, binding)
    return {"request_uri": read_text(read_json(answer), "request_uri", answer.status_code)}


def _issued(
    provider: Provider, answer: httpx.Response, now: datetime, binding: Binding | None
) -> Tokens:
    try:
        issued = read_tokens(answer, now, dpop=provider.dpop)
    except ClientUnknown:
        if provider.authentication is ClientAuthentication.KEY:
            # Whom we tell who we are cannot forget it: it could not read it, or clocks differ.
            raise ProviderUnusable(answer.status_code) from None
        raise
    return replace(issued, binding=binding)
