"""Authenticating ourselves to a provider by a signed assertion (RFC 7523, section 3).

The profile of the AT Protocol, and OpenID Connect Core, section 9, call this `private_key_jwt`.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.jwk import ECKey

from oauth.link.errors import ClientUnknown

ALGORITHM = "ES256"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS = timedelta(minutes=1)
JTI_BYTES = 16


def key_id(keys: Sequence[str]) -> str:
    """Return the id of the key that new sessions are begun with: the first.

    Args:
        keys: Our private JWKs (RFC 7517), as JSON, the newest first.
    """
    return str(json.loads(keys[0])["kid"])


def assertion(
    keys: Sequence[str], signed_by: str, client_id: str, issuer: str, now: datetime
) -> dict[str, str]:
    """Return the form fields by which a provider knows us.

    Args:
        keys: Our private JWKs, as JSON, the newest first.
        signed_by: Id of the key to sign with: the one that the session was begun with.
        client_id: Who we are there.
        issuer: Whom it is for, and nobody else.
        now: The present; the assertion is good for a minute.

    Raises:
        ClientUnknown: We do not have that key any more, and so its sessions have ended.
    """
    key = next((jwk for jwk in map(json.loads, keys) if jwk["kid"] == signed_by), None)
    if key is None:
        raise ClientUnknown("The key that this session was begun with is withdrawn.")
    seconds = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": secrets.token_urlsafe(JTI_BYTES),
        "iat": seconds,
        "exp": seconds + int(LASTS.total_seconds()),
    }
    header = {"typ": "JWT", "alg": ALGORITHM, "kid": signed_by}
    signed = jwt.encode(header, claims, ECKey.import_key(key), algorithms=[ALGORITHM])
    return {"client_assertion_type": TYPE, "client_assertion": signed}
