"""Signing in at an OpenID provider (OpenID Connect Core, section 3.1): the relying party's side.

`discovery` knows the provider, `flow` the parameters of OAuth, `id_token` what to believe. Nothing
is stored here: state, verifier and nonce are handed to the caller, who keeps them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from oauth.link.answers import read_json, read_tokens
from oauth.link.asking import post
from oauth.link.discovery import OpenIDProvider
from oauth.link.errors import CallbackInvalid, ProviderUnusable
from oauth.link.flow import depart, read_callback
from oauth.link.id_token import Expected, Identity, subject_of, verified_email
from oauth.link.provider import Registration
from oauth.server.signing import MAX_TOKEN_LENGTH, NotVerified

SIGN_IN_AGAIN = {"prompt": "login", "max_age": "600"}
"""Asks that she signs in whether or not she is signed in there (Core, section 3.1.2.1).

`max_age` has the ID token say when that was; 0, which would ask for both, is refused by some.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """She leaves for the provider; all but the address is kept until she returns."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """What the token endpoint answered; nothing of it is believed yet."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


async def ask(
    client: httpx.AsyncClient,
    openid: OpenIDProvider,
    registration: Registration,
    redirect_uri: str,
    now: datetime,
    *,
    again: bool = False,
) -> Asked:
    """Make the address to send her to.

    Args:
        client: HTTP client that may call the provider.
        openid: Where she goes.
        registration: Who we are there.
        redirect_uri: Where she comes back; exactly as registered.
        now: The present.
        again: Whether she is to sign in there although she may be signed in.

    Raises:
        LinkError: The provider does not take the request.
    """
    nonce = secrets.token_urlsafe(32)
    also = {"nonce": nonce, **(SIGN_IN_AGAIN if again else {})}
    left = await depart(client, openid.provider, registration, redirect_uri, now, also=also)
    return Asked(left.url, left.state, left.verifier, nonce)


def read_answer(openid: OpenIDProvider, params: Mapping[str, str]) -> str:
    """Return the code she came back with. The caller has matched `state` already.

    Args:
        openid: Where she was sent.
        params: The query of the callback.

    Raises:
        CallbackInvalid: It is of another issuer, compared character by character (RFC 9207,
            section 2.4), names none although this provider always does, or has no code.
        LinkError: She declined, or the provider reports an error.
    """
    if params.get("iss", openid.issuer) != openid.issuer:
        raise CallbackInvalid("The answer comes from another provider than the one asked.")
    return read_callback(openid.provider, params)


async def redeem(
    client: httpx.AsyncClient,
    openid: OpenIDProvider,
    registration: Registration,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
    now: datetime,
) -> Issued:
    """Turn a code into an ID token (Core, section 3.1.3).

    Args:
        client: HTTP client that may call the provider.
        openid: Where she was.
        registration: Who we are there.
        code: What she came back with.
        verifier: What was kept while she was away.
        redirect_uri: The one she was sent with.
        now: The present.

    Raises:
        LinkError: The provider does not take the code, or answers with something else.
    """
    answer = await post(
        client,
        openid.provider,
        registration,
        openid.provider.token_endpoint,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
        now,
    )
    tokens = read_tokens(answer, now)
    id_token = answer.json().get("id_token")
    if not isinstance(id_token, str) or not 0 < len(id_token) <= MAX_TOKEN_LENGTH:
        raise ProviderUnusable(answer.status_code)
    return Issued(id_token, tokens.access_token)


def expectation(
    openid: OpenIDProvider, registration: Registration, issued: Issued, nonce: str
) -> Expected:
    """Say what the ID token must be for her to be believed."""
    return Expected(
        issuer=openid.issuer,
        client_id=registration.client_id,
        nonce=nonce,
        access_token=issued.access_token,
        algorithms=openid.algorithms,
    )


async def told_email(
    client: httpx.AsyncClient, openid: OpenIDProvider, issued: Issued, identity: Identity
) -> str | None:
    """Return her verified e-mail address, from the userinfo endpoint where the token has none.

    Raises:
        LinkError: The endpoint answers with something else.
        NotVerified: It speaks of somebody else (token substitution; Core, section 5.3.2).
    """
    if identity.email is not None or openid.userinfo_endpoint is None:
        return identity.email
    answer = await client.get(
        openid.userinfo_endpoint,
        headers={"Authorization": f"Bearer {issued.access_token}", "Accept": "application/json"},
    )
    claims: dict[str, Any] = read_json(answer)
    if subject_of(claims) != identity.subject:
        raise NotVerified("The userinfo endpoint speaks of somebody else.")
    return verified_email(claims)
