"""Demonstrating proof of possession (RFC 9449), from the client's side.

Each request carries a proof, signed by the session's own key, that is good for its method and its
address alone. A server may ask for a nonce of its own in every proof: an authorization server
answers 400 then (section 8), a resource 401 (section 9), and the request is made once more.
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Generator
from datetime import datetime

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from oauth.link.bearer import origin

ALGORITHM = "ES256"
TYPE = "dpop+jwt"
JTI_BYTES = 16
BAD_REQUEST, UNAUTHORIZED = 400, 401
# RFC 9449, section 8.1: what a nonce may be made of.
NONCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,512}")
# The value of a challenge's `error`, quoted or not (RFC 9110, section 11.2).
_CHALLENGE = re.compile(r'DPoP\b.*?\berror="?use_dpop_nonce\b', re.IGNORECASE)

Clock = Callable[[], datetime]


def new_key() -> str:
    """Make a key for one session: a private JWK (RFC 7517) on P-256, as JSON."""
    return json.dumps(ECKey.generate_key("P-256", private=True).as_dict(private=True))


class DpopAuth(httpx.Auth):
    """Signs the requests to one origin, and puts a token on them if there is one.

    Requests to other origins go without either: the token is for one server.

    Args:
        key: The session's private key, as `new_key` makes it.
        clock: The present, as of which proofs are made.
        base: An address of the server that it is for.
        access_token: As issued to this key; empty at the authorization server.
        nonces: The nonce that each origin gave last.
        again: Makes the body of a request that is repeated, where that is good only once.
    """

    requires_response_body = True

    def __init__(
        self,
        key: str,
        clock: Clock,
        base: str,
        access_token: str = "",
        nonces: dict[str, str] | None = None,
        again: Callable[[], dict[str, str]] | None = None,
    ) -> None:
        self._stored_key = key
        self._key = ECKey.import_key(json.loads(key))
        self._clock = clock
        self._origin = origin(httpx.URL(base))
        self._access_token = access_token
        self._nonces = {} if nonces is None else nonces
        self._again = again

    def at(self, base: str) -> "DpopAuth":
        """Return the same for another server, which is told by its own nonces."""
        return DpopAuth(self._stored_key, self._clock, base, self._access_token, self._nonces)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a proof; once more, if a nonce is asked for that was not in it."""
        if origin(request.url) != self._origin:
            yield request
            return
        sent = self._sign(request)
        response = yield request
        fresh = self._learn(response)
        if fresh is not None and fresh != sent and _asks_for_nonce(response):
            repeated = request if self._again is None else _with_form(request, self._again())
            self._sign(repeated)
            self._learn((yield repeated))

    def _sign(self, request: httpx.Request) -> str | None:
        nonce = self._nonces.get(self._place)
        if self._access_token:
            request.headers["Authorization"] = f"DPoP {self._access_token}"
        request.headers["DPoP"] = self._proof(request, nonce)
        return nonce

    def _learn(self, response: httpx.Response) -> str | None:
        nonce: str = response.headers.get("DPoP-Nonce", "")
        if not NONCE.fullmatch(nonce):
            return None
        self._nonces[self._place] = nonce
        return nonce

    def _proof(self, request: httpx.Request, nonce: str | None) -> str:
        claims: dict[str, str | int] = {
            "jti": secrets.token_urlsafe(JTI_BYTES),
            "htm": request.method,
            "htu": str(request.url.copy_with(query=None, fragment=None)),
            "iat": int(self._clock().timestamp()),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        if self._access_token:
            claims["ath"] = _hash(self._access_token)
        header = {"typ": TYPE, "alg": ALGORITHM, "jwk": self._key.as_dict(private=False)}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    @property
    def _place(self) -> str:
        scheme, netloc = self._origin
        return f"{scheme}://{netloc.decode('ascii')}"


def _with_form(request: httpx.Request, form: dict[str, str]) -> httpx.Request:
    kept = {"host", "accept", "user-agent", "accept-encoding", "connection"}
    headers = {name: value for name, value in request.headers.items() if name in kept}
    return httpx.Request(
        request.method, request.url, headers=headers, data=form, extensions=request.extensions
    )


def _asks_for_nonce(response: httpx.Response) -> bool:
    if response.status_code == UNAUTHORIZED:
        return _CHALLENGE.search(response.headers.get("WWW-Authenticate", "")) is not None
    if response.status_code != BAD_REQUEST:
        return False
    try:
        content = response.json()
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("error") == "use_dpop_nonce"


def _hash(access_token: str) -> str:
    """Return the `ath` of an access token (section 4.2)."""
    digest = hashlib.sha256(access_token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
