"""OpenID Connect on top: what a request may ask of signing in, and the ID token that answers it."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from oauth.server.signing import KeyRing, NotVerified, verified

ID_TOKEN_LIFETIME = timedelta(minutes=10)
ID_TOKEN_ALGORITHMS = ("ES256", "RS256")
PROMPTS = ("none", "login", "consent", "select_account")
MAX_NONCE_CHARACTERS = 512
TYPE = "JWT"


def requested_prompt(text: str | None) -> frozenset[str]:
    """Read the `prompt` of a request (Core, section 3.1.2.1).

    Raises:
        InvalidRequestError: A value is unknown, or `none` comes with others.
    """
    values = frozenset((text or "").split())
    if not values <= set(PROMPTS) or ("none" in values and len(values) > 1):
        raise InvalidRequestError(f"The prompt is one or more of: {' '.join(PROMPTS)}; none alone")
    return values


def requested_max_age(text: str | None) -> timedelta | None:
    """Read how long ago she may have signed in (Core, section 3.1.2.1).

    Raises:
        InvalidRequestError: It is no number of seconds.
    """
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > len("315360000"):
        raise InvalidRequestError("The max_age is a number of seconds")
    return timedelta(seconds=int(text))


def requested_nonce(text: str | None) -> str | None:
    """Read the `nonce` that the ID token is to repeat.

    Raises:
        InvalidRequestError: It is too long.
    """
    if text is not None and (len(text) > MAX_NONCE_CHARACTERS or not text.isprintable()):
        raise InvalidRequestError(
            f"A nonce has at most {MAX_NONCE_CHARACTERS} printable characters"
        )
    return text


def hinted_subject(hint: str | None, client_id: str, issuer: str, keys: KeyRing) -> str | None:
    """Return whom an `id_token_hint` is about; an expired one will do (Core, section 3.1.2.1).

    Raises:
        InvalidRequestError: It is none of our ID tokens for this client.
    """
    if hint is None:
        return None
    try:
        claims = verified(hint, keys.jwks, algorithms=ID_TOKEN_ALGORITHMS, typ=TYPE)
    except NotVerified as error:
        raise InvalidRequestError("The id_token_hint is no ID token of this server") from error
    if claims.get("iss") != issuer or claims.get("aud") != client_id:
        raise InvalidRequestError("The id_token_hint was not issued to this client")
    return str(claims.get("sub"))


def id_token(
    keys: KeyRing,
    algorithm: str,
    now: datetime,
    claims: Mapping[str, Any],
    access_token: str,
) -> str:
    """Sign an ID token (Core, sections 2 and 3.1.3.6).

    Args:
        keys: The server's keys.
        algorithm: The one the client registered.
        now: The present.
        claims: `iss`, `sub`, `aud`, and `nonce` and `auth_time` where there are.
        access_token: The one it comes with.
    """
    half = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    issued = int(now.timestamp())
    times = {"iat": issued, "exp": issued + int(ID_TOKEN_LIFETIME.total_seconds())}
    at_hash = base64.urlsafe_b64encode(half).rstrip(b"=").decode("ascii")
    given = {name: value for name, value in claims.items() if value is not None}
    return keys.signers[algorithm].sign(given | times | {"at_hash": at_hash}, TYPE)
