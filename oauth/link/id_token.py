"""Judging an ID token (OpenID Connect Core, sections 2 and 3.1.3.7): who she is, to whom, and when.

The signature is verified by an allow-list of algorithms that is ours. The token must be for us
alone, about this very attempt (`nonce`), and about the access token it came with, if it says so.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from oauth.server.signing import MAX_HEADER_LENGTH, NotVerified, moment, verified

SKEW = timedelta(seconds=60)
"""By how much a provider's clock and ours may differ."""
ISSUED_WITHIN = timedelta(minutes=10)
"""How long ago a token may have been issued that was fetched just now (Core, 3.1.3.7, step 10)."""
MAX_SUBJECT_CHARACTERS = 255
"""Core, section 2."""
MAX_EMAIL_CHARACTERS = 254


class KeyUnknown(NotVerified):
    """The token names a key that is not among those at hand; the provider may have a new one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say.

    Args:
        issuer: The provider's issuer identifier.
        client_id: Who we are there.
        nonce: Of this attempt.
        access_token: What it came with.
        algorithms: With which it may be signed; all of them asymmetric.
    """

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a provider says she is.

    Args:
        issuer: The provider.
        subject: Her name there: never given to anybody else, unlike an e-mail address.
        authenticated_at: When she signed in there, if it says so.
        email: Her address, if the provider says that it verified it.
    """

    issuer: str
    subject: str = field(repr=False)
    authenticated_at: datetime | None = None
    email: str | None = field(default=None, repr=False)


def judged(token: str, jwks: Mapping[str, Any], expected: Expected, now: datetime) -> Identity:
    """Verify an ID token, and return whom it is about.

    Args:
        token: As the token endpoint answered it.
        jwks: The provider's keys.
        expected: What it must say.
        now: The present.

    Raises:
        KeyUnknown: It names a key that is not among these.
        NotVerified: It is not what it should be.
    """
    keys = {"keys": [key for key in jwks["keys"] if _may_sign(key)]}
    kid = _header(token).get("kid")
    if kid is not None and all(key.get("kid") != kid for key in keys["keys"]):
        raise KeyUnknown("The ID token names a key that the provider does not publish.")
    claims = verified(token, keys, algorithms=expected.algorithms, typ=None)
    if claims.get("iss") != expected.issuer:
        raise NotVerified("The ID token is of another issuer.")
    _check_audience(claims, expected.client_id)
    _check_times(claims, now)
    if not _same(claims.get("nonce"), expected.nonce):
        raise NotVerified("The ID token is of another attempt.")
    if "at_hash" in claims and not _same(claims["at_hash"], _half_hash(token, expected)):
        raise NotVerified("The ID token is of another access token.")
    return Identity(
        issuer=expected.issuer,
        subject=subject_of(claims),
        authenticated_at=_authenticated_at(claims, now),
        email=verified_email(claims),
    )


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return the subject of claims.

    Raises:
        NotVerified: There is none, or none of the form that Core's section 2 allows.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
        raise NotVerified("The subject is no name.")
    if not subject.isascii() or not subject.isprintable():
        raise NotVerified("The subject is not printable ASCII.")
    return subject


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """Return the e-mail address in claims, if they say in so many words that it is verified."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    return email if len(email) <= MAX_EMAIL_CHARACTERS else None


def _may_sign(key: object) -> bool:
    return isinstance(key, dict) and key.get("use", "sig") == "sig"


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    # Others in the audience are none that we know, and so none that we trust (steps 3 to 5).
    if claims.get("aud") not in (client_id, [client_id]):
        raise NotVerified("The ID token is not for this client alone.")
    if claims.get("azp", client_id) != client_id:
        raise NotVerified("The ID token was issued to another client.")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    ends, issued = moment(claims.get("exp")), moment(claims.get("iat"))
    if ends is None or ends <= (now - SKEW).timestamp():
        raise NotVerified("The ID token has expired, or says not when.")
    if issued is None or issued > (now + SKEW).timestamp():
        raise NotVerified("The ID token is of the future, or says not of when.")
    if issued < (now - ISSUED_WITHIN - SKEW).timestamp():
        raise NotVerified("The ID token was issued too long ago.")
    begins = moment(claims.get("nbf", issued))
    if begins is None or begins > (now + SKEW).timestamp():
        raise NotVerified("The ID token is not valid yet.")


def _authenticated_at(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    # Glewlwyd says 0 where it does not know.
    if claims.get("auth_time", 0) == 0:
        return None
    at = moment(claims["auth_time"])
    if at is None or not 0 < at <= (now + SKEW).timestamp():
        raise NotVerified("The ID token says that she signed in at no time that can be.")
    return min(datetime.fromtimestamp(at, UTC), now)


def _half_hash(token: str, expected: Expected) -> str:
    """Return what `at_hash` must be (Core, section 3.1.3.6); the signature was verified before."""
    algorithm = str(_header(token)["alg"])
    # ES256 goes with SHA-256, and so on; Ed25519 with SHA-512, which it uses itself (RFC 8032).
    name = f"sha{algorithm[2:]}" if algorithm[2:].isdigit() else "sha512"
    digest = hashlib.new(name, expected.access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _header(token: str) -> dict[str, Any]:
    head = token.partition(".")[0][:MAX_HEADER_LENGTH]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError) as error:
        raise NotVerified("This is not a compact signed token.") from error
    if not isinstance(header, dict):
        raise NotVerified("The token's header is not an object.")
    return header


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(
        value.encode("utf-8", "surrogatepass"), expected.encode()
    )
