"""The server's signing keys, published as a JWK Set (RFC 7517)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey

ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new signing key; the private half is to be sealed before it is kept."""

    kid: str
    public_jwk: dict[str, Any]
    private_jwk: dict[str, Any]

    def __repr__(self) -> str:
        return f"KeyPair({self.kid!r})"


def new_signing_key() -> KeyPair:
    """Make an ES256 key, named by its thumbprint (RFC 7638)."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    public = dict(key.as_dict(private=False))
    return KeyPair(str(public["kid"]), public, dict(key.as_dict(private=True)))


def jwks(public_jwks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Make the document clients fetch."""
    return {"keys": list(public_jwks)}
