"""A receipt signed, and as the file that a customer downloads."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from app.usecases.receipts.facts import ConsentFacts
from app.usecases.receipts.receipt import receipt
from oauth.server.signing import Signer

TYP = "consent-receipt+jwt"
"""The type in the header, so that no receipt is taken for a token (RFC 8725, section 3.11)."""


def signed(facts: ConsentFacts, signer: Signer) -> str:
    """Write the receipt of a consent event, and sign it.

    There is neither an audience nor an end: whoever is shown a receipt may check it, at any time.

    Args:
        facts: What is to be known of the event.
        signer: Signs with a key that the deployment publishes.

    Returns:
        A compact JWS: issuer, subject (pairwise), the event's id, and the receipt.
    """
    claims = {
        "iss": facts.operator.id,
        "sub": facts.subject,
        "jti": facts.event_id,
        "client_id": facts.client.id,
        "receipt": receipt(facts),
    }
    return signer.sign(claims, TYP)


def as_file(jws: str, keys_at: str | None = None) -> bytes:
    """Make the file that a customer downloads: the receipt to be read, and the JWS that proves it.

    Both are the same statement: what is to be read is taken out of what is signed.

    Args:
        jws: What `signed` returned; the signature is not checked here.
        keys_at: The address at which all keys that ever signed receipts are published; the
            issuer's JWK Set, which holds present ones, unless it is given.

    Returns:
        JSON in UTF-8, indented.

    Raises:
        ValueError: It is not a signed receipt.
    """
    claims = _claims(jws)
    file = {
        "about": "A consent receipt after ISO/IEC TS 27560, in W3C DPV. Keep it.",
        "check": (
            f"`jws` is the same receipt, signed: a JSON Web Signature (RFC 7515), for which there "
            f"are libraries in every language. Its key is at {keys_at or _present_keys(claims)}."
        ),
        "receipt": claims["receipt"],
        "jws": jws,
    }
    return (json.dumps(file, ensure_ascii=False, indent=2) + "\n").encode()


def _present_keys(claims: dict[str, Any]) -> str:
    return f"{claims['iss']}/oauth/jwks"


def _claims(jws: str) -> dict[str, Any]:
    try:
        _header, payload, _signature = jws.split(".")
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError as error:
        raise ValueError("This is not a signed receipt.") from error
    if not isinstance(claims, dict) or not {"iss", "receipt"} <= claims.keys():
        raise ValueError("This is signed, and not a receipt.")
    return claims
