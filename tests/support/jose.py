"""What clients with keys send: assertions (RFC 7523) and proofs of possession (RFC 9449).

Written from the RFCs, and by joserfc's algorithms alone: none of the product's own code is asked.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_numbers = count()


def encoded(value: object) -> str:
    """Base64url without padding, of bytes or of JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Key:
    """A key of a client's, and the algorithm it is used with."""

    algorithm: str
    private: Any

    @classmethod
    def new(cls, algorithm: str = "ES256") -> "Key":
        if algorithm[:2] in {"RS", "PS"}:
            return cls(algorithm, RSAKey.generate_key(2048))
        if algorithm == "ES256":
            return cls(algorithm, ECKey.generate_key("P-256"))
        if algorithm == "HS256":
            return cls(algorithm, OctKey.generate_key(256))
        return cls(algorithm, OKPKey.generate_key("Ed25519"))

    @property
    def public(self) -> dict[str, Any]:
        return dict(self.private.as_dict(private=False))

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.public]}

    @property
    def thumbprint(self) -> str:
        """RFC 7638, section 3: the required members in the order of their names."""
        names = {"EC": "crv kty x y", "OKP": "crv kty x", "RSA": "e kty n"}[self.public["kty"]]
        members = {name: self.public[name] for name in names.split()}
        text = json.dumps(members, separators=(",", ":"), sort_keys=True)
        return encoded(hashlib.sha256(text.encode()).digest())


def signed(header: Mapping[str, Any], claims: object, key: Key) -> str:
    """A compact JWS with any header and any payload, without asking whether that is wise."""
    signing_input = f"{encoded(header)}.{encoded(claims)}"
    if key.algorithm == "none":
        return signing_input + "."
    algorithm = jws.JWSRegistry.algorithms[key.algorithm]
    return f"{signing_input}.{encoded(algorithm.sign(signing_input.encode(), key.private))}"


def assertion(key: Key, client_id: str, audience: str, now: datetime, **changes: object) -> str:
    """A client assertion (RFC 7523, section 3); a claim that is changed to None is left out."""
    seconds = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": f"assertion {next(_numbers)}",
        "iat": seconds,
        "exp": seconds + 60,
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return signed({"alg": key.algorithm, "typ": "JWT"}, claims, key)


def proof(
    key: Key,
    method: str,
    uri: str,
    now: datetime,
    nonce: str | None = None,
    token: str | None = None,
    header: Mapping[str, Any] | None = None,
    **changes: object,
) -> str:
    """A proof of possession (RFC 9449, section 4.2); what is changed to None is left out."""
    claims = {
        "jti": f"proof {next(_numbers)}",
        "htm": method,
        "htu": uri,
        "iat": int(now.timestamp()),
        "nonce": nonce,
        "ath": None if token is None else encoded(hashlib.sha256(token.encode()).digest()),
    } | changes
    whole = {"typ": "dpop+jwt", "alg": key.algorithm, "jwk": key.public} | dict(header or {})
    return signed(
        {name: value for name, value in whole.items() if value is not None},
        {name: value for name, value in claims.items() if value is not None},
        key,
    )
