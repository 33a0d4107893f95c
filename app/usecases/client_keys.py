"""The keys by which providers know us: the same on every replica, and kept nowhere.

They are derived from the master key. A provider binds a session to the key with which it was
begun, for as long as two years (https://atproto.com/specs/oauth#tokens-and-session-lifetime), and
ends it when that key is withdrawn: so a key is not replaced by time, as those are with which we
sign, but by an operator who has a reason. The generation before stays published, and its sessions
go on.
"""

import json

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from app.store.secrets import Vault

PURPOSE = "provider client key"
HALVES = ("first", "second")
# The order of P-256 (SEC 2, section 2.4.2).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PUBLISHED = 2


def client_keys(vault: Vault, generation: int) -> tuple[str, ...]:
    """Return our private JWKs (RFC 7517), as JSON: this generation's, then the one before.

    Args:
        vault: Derives them.
        generation: From 1 on; one more makes a new key for new sessions.
    """
    oldest = max(1, generation - PUBLISHED + 1)
    return tuple(_key(vault, number) for number in range(generation, oldest - 1, -1))


def public_keys(keys: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    """Return the JWK Set by which providers check what we sign.

    Args:
        keys: Our private JWKs, as JSON.
    """
    return {"keys": [_public(json.loads(key)) for key in keys]}


def _key(vault: Vault, generation: int) -> str:
    # Twice the bits that are needed, so that the remainder is as good as even (FIPS 186-5, A.2.1).
    derived = b"".join(vault.derive(PURPOSE, f"{generation} {half}") for half in HALVES)
    private = ec.derive_private_key(int.from_bytes(derived) % (ORDER - 1) + 1, ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = ECKey.import_key(pem, {"use": "sig", "alg": "ES256"})
    key.ensure_kid()
    return json.dumps(key.as_dict(private=True))


def _public(jwk: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in jwk.items() if name != "d"}
