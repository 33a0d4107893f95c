"""Clients that authenticate with their own key: `private_key_jwt` (RFC 7523, section 2.2).

As FAPI 2.0 has it: the audience is our issuer identifier, as a string and nothing else, so that an
assertion made for another server, or for one of our endpoints' look-alikes, is worth nothing here.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from oauth.server.jwk import UnusableKey, public_key
from oauth.server.signing import NotVerified, moment, verified

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "Ed25519", "PS256", "RS256")
FAPI_ALGORITHMS = ("ES256", "Ed25519", "PS256")
"""FAPI 2.0 Security Profile, section 5.4.1."""
LONGEST = timedelta(hours=1)
"""From now to its end. Authlib's clients make theirs as long; each is good for one request."""
SKEW = timedelta(seconds=60)
MAX_JTI_CHARACTERS = 256
MAX_KEYS = 20


class AssertionRefused(Exception):
    """An assertion proves nothing; the message says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A valid assertion.

    Args:
        once: What must not be seen again before `until`.
        until: Its end, with some tolerance.
    """

    once: str
    until: datetime


def asserted_client(token: str) -> str:
    """Return the client an assertion claims to come from, before anything is verified.

    Raises:
        AssertionRefused: It is no JWT with a subject.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        subject = claims["sub"]
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise AssertionRefused("The client_assertion is no JWT with a subject") from error
    if not isinstance(subject, str):
        raise AssertionRefused("The client_assertion is no JWT with a subject")
    return subject


def verified_assertion(
    token: str,
    client_id: str,
    jwks: Mapping[str, Any],
    issuer: str,
    now: datetime,
    *,
    is_fapi: bool,
) -> Assertion:
    """Judge an assertion; that it was not used before is the caller's to see.

    Args:
        token: The JWT.
        client_id: The client it must come from.
        jwks: That client's public keys.
        issuer: Our issuer identifier.
        now: The present.
        is_fapi: Whether the client is held to FAPI 2.0.

    Raises:
        AssertionRefused: It is not what it should be.
    """
    algorithms = FAPI_ALGORITHMS if is_fapi else ALGORITHMS
    try:
        claims = verified(token, jwks, algorithms=algorithms, typ=None)
    except NotVerified as error:
        raise AssertionRefused(
            "The client_assertion is not signed by a key of the client"
        ) from error
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise AssertionRefused("The client_assertion must have the client as iss and sub")
    if claims.get("aud") != issuer:
        raise AssertionRefused(f"The aud of the client_assertion must be the string {issuer}")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS:
        raise AssertionRefused("The client_assertion needs a jti of at most 256 characters")
    return Assertion(f"assertion {client_id} {jti}", _end(claims, now) + SKEW)


def _end(claims: Mapping[str, Any], now: datetime) -> datetime:
    ends = moment(claims.get("exp"))
    if ends is None or not now.timestamp() < ends + SKEW.total_seconds():
        raise AssertionRefused("The client_assertion has expired, or says not when (exp)")
    if ends > (now + LONGEST + SKEW).timestamp():
        raise AssertionRefused("The client_assertion lives too long; make one for each request")
    for name in ("iat", "nbf"):
        begins = moment(claims.get(name))
        if name in claims and (begins is None or begins > (now + SKEW).timestamp()):
            raise AssertionRefused("The client_assertion is not valid yet (iat, nbf)")
    return datetime.fromtimestamp(ends, UTC)


def jwks_fault(jwks: object) -> str | None:
    """Say why a JWK Set cannot be registered for a client, or None when it can."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MAX_KEYS:
        return f"it must have 1 to {MAX_KEYS} `keys`."
    faults = [fault for key in keys if (fault := _key_fault(key)) is not None]
    if faults:
        return faults[0]
    if len(keys) > 1 and len({key.get("kid") for key in keys} - {None}) < len(keys):
        return "of several keys each needs a `kid` of its own."
    return None


def _key_fault(jwk: object) -> str | None:
    if not isinstance(jwk, dict):
        return "a key is a JSON object."
    try:
        public_key(jwk)
    except UnusableKey as error:
        return f"of one of the keys: {error}."
    return None
