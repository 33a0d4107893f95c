"""Demonstrating Proof of Possession (RFC 9449): a token that is worth nothing without its key.

The same check serves both sides: the token endpoint, which binds tokens to a key, and resources,
which accept a bound token only together with a fresh proof by that key.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.errors import JoseError

from oauth.server.errors import InvalidDpopProof, UseDpopNonce
from oauth.server.jwk import PublicKey, public_key
from oauth.server.signing import MAX_HEADER_LENGTH, moment

ALGORITHMS = ("ES256", "Ed25519", "PS256", "RS256")
"""Asymmetric ones alone (section 4.2)."""
FAPI_ALGORITHMS = ("ES256", "Ed25519", "PS256")
"""FAPI 2.0 Security Profile, section 5.4.1."""
PAST, FUTURE = timedelta(minutes=5), timedelta(minutes=1)
"""How far a client's clock may be off; a fresh nonce shows anyway when a proof was made."""
NONCE_STEP = timedelta(minutes=3)
"""A nonce is valid for this step and the next, so for three to six minutes."""
MAX_CHARACTERS = 8_192
MAX_JTI_CHARACTERS = 256
TYPE = "dpop+jwt"
SCHEME = "DPoP"
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
_REGISTRY.max_header_length = MAX_HEADER_LENGTH  # joserfc's own is too short for an RSA key
_HEADER = frozenset({"typ", "alg", "jwk", "kid"})
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Proof:
    """A valid proof.

    Args:
        jkt: The thumbprint of its key (RFC 7638), to which tokens are bound.
        algorithm: By which it is signed.
        once: What must not be seen again before `until`.
        until: From then on its age alone gives a repetition away.
    """

    jkt: str
    algorithm: str
    once: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Nonces:
    """The server's nonces (section 8): the same on every replica, unpredictable to all else.

    Args:
        derive: Returns 32 bytes that only this deployment can derive from a purpose and a value.
        now: The present.
    """

    derive: Callable[[str, str], bytes]
    now: datetime

    @property
    def current(self) -> str:
        """The nonce to use now."""
        return self._of(0)

    def accepts(self, nonce: str) -> bool:
        """Say whether a nonce is the present or the previous one."""
        presented = nonce.encode("utf-8", "surrogatepass")
        return any(
            hmac.compare_digest(self._of(steps).encode("ascii"), presented) for steps in (0, 1)
        )

    def _of(self, steps_ago: int) -> str:
        step = int(self.now.timestamp() // NONCE_STEP.total_seconds()) - steps_ago
        raw = self.derive("dpop nonce", str(step))[:16]
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def check_fapi(proof: Proof) -> None:
    """Refuse a proof signed as a client of the FAPI 2.0 security profile may not (section 5.4.1).

    Raises:
        InvalidDpopProof: It is.
    """
    if proof.algorithm not in FAPI_ALGORITHMS:
        known = " ".join(FAPI_ALGORITHMS)
        raise InvalidDpopProof(f"This client signs its proofs by one of: {known}")


def verified_proof(
    text: str, method: str, uri: str, nonces: Nonces, access_token: str | None = None
) -> Proof:
    """Judge a proof (section 4.3); that it was not used before is the caller's to see.

    Args:
        text: The header's value.
        method: The request's method.
        uri: The request's address, as the client knows it.
        nonces: Those it may carry, and the present.
        access_token: The token it comes with, at a resource.

    Raises:
        UseDpopNonce: It carries no nonce, or an old one.
        InvalidDpopProof: Anything else is wrong.
    """
    claims, key, algorithm = _opened(text)
    if claims.get("htm") != method:
        raise InvalidDpopProof("The proof is for another method (htm)")
    if not _same_address(claims.get("htu"), uri):
        raise InvalidDpopProof("The proof is for another address (htu)")
    jti, issued = claims.get("jti"), moment(claims.get("iat"))
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS:
        raise InvalidDpopProof("The proof needs a jti of at most 256 characters")
    if issued is None:
        raise InvalidDpopProof("The proof needs the time it was made (iat)")
    age = nonces.now.timestamp() - issued
    if not -FUTURE.total_seconds() <= age <= PAST.total_seconds():
        raise InvalidDpopProof("The proof was not made just now (iat)")
    if access_token is not None and not _same(claims.get("ath"), token_hash(access_token)):
        raise InvalidDpopProof("The proof is for another access token (ath)")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonces.accepts(nonce):
        raise UseDpopNonce
    jkt = key.thumbprint()
    return Proof(jkt, algorithm, f"dpop {jkt} {jti}", nonces.now + PAST + FUTURE)


def token_hash(access_token: str) -> str:
    """Return the `ath` of an access token (section 4.2)."""
    digest = hashlib.sha256(access_token.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _opened(text: str) -> tuple[dict[str, Any], PublicKey, str]:
    if len(text) > MAX_CHARACTERS or not text.isascii():
        raise InvalidDpopProof("The proof is no JWT of reasonable size")
    try:
        parts = jws.extract_compact(text.encode("ascii"), registry=_REGISTRY)
        header = parts.headers()
        key = _key(header)
        if not jws.validate_compact(parts, key, registry=_REGISTRY):
            raise InvalidDpopProof("The proof is not signed by its key")
        claims = json.loads(parts.payload)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidDpopProof("The proof is no JWT signed by its own key") from error
    if not isinstance(claims, dict):
        raise InvalidDpopProof("The proof is no JWT")
    return claims, key, header["alg"]


def _key(header: dict[str, Any]) -> PublicKey:
    if header.get("typ") != TYPE or header.get("alg") not in ALGORITHMS:
        known = " ".join(ALGORITHMS)
        raise InvalidDpopProof(f"The proof must be of type {TYPE} and signed by one of: {known}")
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or set(header) - _HEADER:
        raise InvalidDpopProof("The proof must carry its public key and nothing else (jwk)")
    return public_key(jwk)


def _same_address(presented: object, uri: str) -> bool:
    try:
        return isinstance(presented, str) and _address(presented) == _address(uri)
    except ValueError:
        return False


def _address(uri: str) -> tuple[str, str, int | None, str]:
    # Without query and fragment (section 4.3), and normalised as RFC 3986, section 6.2 allows.
    parts = urlsplit(uri)
    scheme = parts.scheme.lower()
    port = parts.port or _DEFAULT_PORTS.get(scheme)
    return scheme, (parts.hostname or "").lower(), port, parts.path or "/"


def _same(presented: object, expected: str) -> bool:
    return isinstance(presented, str) and hmac.compare_digest(
        presented.encode("utf-8", "surrogatepass"), expected.encode("ascii")
    )
