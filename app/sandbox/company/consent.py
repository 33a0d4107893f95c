"""Asking a customer for consent: OAuth 2.1, authorization code with PKCE.

Three steps, and what each must check:

    discover   where the server's endpoints are; its metadata must name the issuer we trust
    ask        send her there, with a state and a challenge that only this attempt knows
    finish     she is back: state and issuer must match, then the code buys tokens, once

Sources: RFC 6749, RFC 7636 (PKCE), RFC 8414 (metadata), RFC 9207 (`iss`), RFC 9700 (practice).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

METADATA_PATH = "/.well-known/oauth-authorization-server"


class ConsentError(Exception):
    """She is not linked; `title` and `detail` say why in plain words."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail


class Declined(ConsentError):
    """She was asked, and said no."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the company received when it was registered as a client.

    Attributes:
        issuer: The server's identifier, without a slash at its end.
        client_id: Our name there.
        client_secret: Our secret there.
        redirect_uri: Where she comes back to; exactly as registered.
        scopes: The sections we ask for.
        purpose: Why we ask, a term of the Data Privacy Vocabulary.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scopes: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time of asking: kept with her session until she is back."""

    state: str = field(repr=False)
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What she granted us, as tokens."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scope: str


async def discover(http: httpx.AsyncClient, issuer: str) -> dict[str, Any]:
    """Fetch the server's metadata.

    Raises:
        ConsentError: It speaks for another issuer than the one we asked.
        httpx.HTTPError: It cannot be reached.
    """
    answer = await http.get(issuer + METADATA_PATH)
    answer.raise_for_status()
    metadata: dict[str, Any] = answer.json()
    if metadata.get("issuer") != issuer:
        raise ConsentError("The server is not who it should be", "Its metadata names another one.")
    return metadata


def ask(metadata: Mapping[str, Any], ours: Registration) -> tuple[str, Attempt]:
    """Return the address to send her to, and what to remember until she is back."""
    attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    query = {
        "response_type": "code",
        "client_id": ours.client_id,
        "redirect_uri": ours.redirect_uri,
        "scope": " ".join(ours.scopes),
        "purpose": ours.purpose,
        "state": attempt.state,
        "code_challenge": s256(attempt.code_verifier),
        "code_challenge_method": "S256",
    }
    return f"{metadata['authorization_endpoint']}?{urlencode(query)}", attempt


async def finish(
    http: httpx.AsyncClient,
    metadata: Mapping[str, Any],
    ours: Registration,
    attempt: Attempt,
    answer: Mapping[str, str],
) -> Tokens:
    """Turn what she came back with into tokens.

    Args:
        http: Client to call the server with.
        metadata: The server's metadata.
        ours: Our registration.
        attempt: What we remembered when we asked.
        answer: The query she came back with.

    Raises:
        Declined: She said no.
        ConsentError: The answer is not to our question, or the code is refused.
        httpx.HTTPError: The server cannot be reached.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise ConsentError("That answer was not for us", "The state differs. Please ask again.")
    if answer.get("iss") != ours.issuer:
        raise ConsentError("That answer came from elsewhere", "Its issuer is not the one we asked.")
    if answer.get("error") == "access_denied":
        raise Declined("The customer declined", "That is fine. Carry on without the context.")
    if "code" not in answer:
        raise ConsentError("The customer could not be asked", answer.get("error", "No code came."))
    exchange = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": ours.redirect_uri,
        "code_verifier": attempt.code_verifier,
    }
    return await _tokens(http, metadata, ours, exchange)


async def refresh(
    http: httpx.AsyncClient, metadata: Mapping[str, Any], ours: Registration, tokens: Tokens
) -> Tokens:
    """Trade the refresh token for new tokens; the old one must not be used again.

    Raises:
        ConsentError: There is no refresh token, or she has revoked her grant.
        httpx.HTTPError: The server cannot be reached.
    """
    if tokens.refresh_token is None:
        raise ConsentError("The consent has run out", "Ask the customer again.")
    exchange = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    return await _tokens(http, metadata, ours, exchange)


def s256(code_verifier: str) -> str:
    """Return the challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(code_verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


async def _tokens(
    http: httpx.AsyncClient,
    metadata: Mapping[str, Any],
    ours: Registration,
    exchange: dict[str, str],
) -> Tokens:
    # RFC 6749, section 2.3.1: both are form-encoded before they become a Basic header
    credentials = httpx.BasicAuth(quote(ours.client_id, ""), quote(ours.client_secret, ""))
    answer = await http.post(metadata["token_endpoint"], data=exchange, auth=credentials)
    if answer.is_server_error:
        answer.raise_for_status()
    content = answer.json()
    if answer.is_error:
        raise ConsentError("The server gave no token", content.get("error", "It did not say why."))
    return Tokens(content["access_token"], content.get("refresh_token"), content.get("scope", ""))
