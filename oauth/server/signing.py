"""Signing, and verifying what was signed: compact JSON Web Signatures (RFC 7515)."""

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from oauth.server.jwk import PublicKey, UnusableKey, public_key

ASYMMETRIC = frozenset({"ES256", "ES384", "ES512", "Ed25519", "PS256", "RS256"})
"""Algorithms whose verifiers cannot sign; no caller can allow any other."""

KEY_TYPES: dict[str, type[ECKey | RSAKey]] = {"ES256": ECKey, "RS256": RSAKey}
"""What we sign with ourselves: RS256 because OpenID Connect Discovery, section 3, demands it."""

MAX_TOKEN_LENGTH = 32 * 1024
"""In characters; nothing signed here comes near it, and whatever is longer is not even decoded."""

MAX_HEADER_LENGTH = 4 * 1024
"""In characters, of base64url."""

REFUSED_HEADER_MEMBERS = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5u"})
"""They bring a key along, or change what the signature covers."""

# What joserfc and cryptography raise on keys that are not what they claim.
_UNUSABLE = (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError)


class NotVerified(Exception):
    """A token that is not what it should be; the message says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with one key.

    Args:
        kid: The key's name, which verifiers look up in the JWK Set.
        algorithm: ES256 or RS256.
        key: With its private half; not shown.
    """

    kid: str
    algorithm: str
    key: ECKey | RSAKey = field(repr=False)

    @classmethod
    def of(cls, private_jwk: Mapping[str, Any]) -> Self:
        """Make a signer of a private key in JWK form, which states its `kid` and `alg`."""
        algorithm = private_jwk["alg"]
        return cls(
            private_jwk["kid"], algorithm, KEY_TYPES[algorithm].import_key(dict(private_jwk))
        )

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """Sign claims.

        Args:
            claims: What is asserted; must be JSON.
            typ: What kind of token it is, so that none is taken for one of another kind
                (RFC 8725, section 3.11): `JWT`, `token-introspection+jwt` …

        Returns:
            The compact serialisation.

        Raises:
            ValueError: The claims hold a number that JSON does not have.
        """
        header = {"alg": self.algorithm, "kid": self.kid, "typ": typ}
        payload = json.dumps(claims, separators=(",", ":"), allow_nan=False)
        return jws.serialize_compact(header, payload, self.key, [self.algorithm])


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The server's keys as they are now.

    Args:
        signers: Those that sign, by algorithm.
        jwks: The public halves of all that count; none where nothing is verified.
    """

    signers: Mapping[str, Signer]
    jwks: Mapping[str, Any] = field(default_factory=lambda: {"keys": []})


NO_KEYS = KeyRing({})


def verified(
    token: str, jwks: Mapping[str, Any], *, algorithms: Iterable[str], typ: str | None
) -> dict[str, Any]:
    """Verify a signed token, and return its claims.

    Who signed it, for whom, and until when, is for the caller to judge. Only where there is one
    key may the token leave open which it is (RFC 7515, section 4.1.4).

    Args:
        token: The compact serialisation, as it came.
        jwks: The only keys that count; one that is marked `revoked` does not.
        algorithms: Those allowed, all of them asymmetric; never taken from the token.
        typ: The type that it must state; None for whichever.

    Raises:
        NotVerified: It is not a token, or not signed by one of these keys in one of these ways.
        ValueError: `algorithms` allows one with which a verifier could sign.
    """
    allowed = frozenset(algorithms)
    if not allowed or not allowed <= ASYMMETRIC:
        raise ValueError(f"Allow one or more of {', '.join(sorted(ASYMMETRIC))}.")
    registry = _registry(allowed)
    parsed = _parsed(token, registry)
    _judge(parsed.protected, allowed, typ)
    key = _key(parsed.protected.get("kid"), jwks)
    try:
        is_good = jws.validate_compact(parsed, key, registry=registry)
    except _UNUSABLE as error:
        raise NotVerified("The key that the token names is not one for this signature.") from error
    if not is_good:
        raise NotVerified("The signature is not that of the key that the token names.")
    return _claims(parsed.payload)


def moment(value: object) -> float | None:
    """Read a NumericDate (RFC 7519, section 2): seconds since 1970; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # JSON's integers have no end, and a float has.
        return None


def _registry(allowed: Set[str]) -> jws.JWSRegistry:
    # Members that nobody here knows are ignored (RFC 7515, section 4); `_judge` knows the others.
    registry = jws.JWSRegistry(algorithms=allowed, strict_check_header=False)
    registry.max_header_length = MAX_HEADER_LENGTH
    return registry


def _parsed(token: str, registry: jws.JWSRegistry) -> jws.CompactSignature:
    if len(token) > MAX_TOKEN_LENGTH:
        raise NotVerified("The token is too long.")
    try:
        parsed = jws.extract_compact(token.encode("ascii"), registry=registry)
    except (JoseError, ValueError, RecursionError) as error:
        raise NotVerified("This is not a compact signed token.") from error
    if not isinstance(parsed.protected, dict):
        raise NotVerified("The token's header is not an object.")
    return parsed


def _judge(header: Mapping[str, Any], allowed: Set[str], typ: str | None) -> None:
    if not isinstance(header["alg"], str) or header["alg"] not in allowed:
        raise NotVerified("The token's algorithm is not allowed.")
    if not REFUSED_HEADER_MEMBERS.isdisjoint(header):
        raise NotVerified("The token's header has a member that is not allowed.")
    if typ is not None and header.get("typ") != typ:
        raise NotVerified(f"The token's type is not {typ}.")


def _key(kid: object, jwks: Mapping[str, Any]) -> PublicKey:
    keys = [key for key in jwks["keys"] if isinstance(key, dict)]
    named = keys if kid is None else [key for key in keys if key.get("kid") == kid]
    if len(named) != 1 or "revoked" in named[0]:
        raise NotVerified("The token does not name one key that counts.")
    try:
        return public_key(named[0])
    except UnusableKey as error:
        raise NotVerified("The key that the token names cannot be used.") from error


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotVerified("The token does not hold JSON.") from error
    if not isinstance(claims, dict):
        raise NotVerified("The token does not hold claims.")
    return claims


def _refuse_constant(name: str) -> None:
    # Comparisons with NaN are all false: an end that is none would never be reached.
    raise ValueError(f"{name} is not JSON.")
