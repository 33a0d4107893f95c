"""Public keys of others, in JWK form (RFC 7517)."""

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

MIN_RSA_BITS = 2_048
"""RFC 7518, section 3.3."""
MAX_RSA_BITS = 4_096
MAX_EXPONENT_BITS = 32
"""Longer ones only cost the verifier time."""
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

PublicKey = ECKey | OKPKey | RSAKey


class UnusableKey(ValueError):
    """A key cannot be used; the message says why."""


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """Read a public key for signatures.

    Raises:
        UnusableKey: It is none, too short, or comes with its private half.
    """
    if not PRIVATE_MEMBERS.isdisjoint(jwk):
        raise UnusableKey("it holds a private key")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("it is not for signatures")
    try:
        key = import_key(dict(jwk))
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError) as error:
        raise UnusableKey("it cannot be read") from error
    if not isinstance(key, ECKey | OKPKey | RSAKey):
        raise UnusableKey("it is of another type than EC, OKP or RSA")
    if isinstance(key, RSAKey):
        _check_rsa(key)
    return key


def _check_rsa(key: RSAKey) -> None:
    if not MIN_RSA_BITS <= key.public_key.key_size <= MAX_RSA_BITS:
        raise UnusableKey(f"it has not {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    if key.public_key.public_numbers().e.bit_length() > MAX_EXPONENT_BITS:
        raise UnusableKey("its exponent is too long")
