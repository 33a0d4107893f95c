"""At a protected resource: the token that is presented, and the proof that goes with it.

RFC 6750 for bearer tokens, RFC 9449 (section 7) for bound ones, RFC 8707 for the audience. The same
for the server's own endpoints and for the API: who serves a resource looks the token up, and asks
`proof_of` and `use_up`.
"""

import hmac
import re
from collections.abc import Container
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from oauth.server import dpop
from oauth.server.errors import InvalidDpopProof, UseDpopNonce
from oauth.server.messages import NO_STORE, OAuthRequest, OAuthResponse
from oauth.server.resources import RESOURCE_METADATA_PATH
from oauth.server.stores import Stores

BEARER = "Bearer"
INVALID_REQUEST = "invalid_request"
INVALID_TOKEN = "invalid_token"  # noqa: S105 - an error code
INSUFFICIENT_SCOPE = "insufficient_scope"
STATUS = {
    INVALID_REQUEST: HTTPStatus.BAD_REQUEST,
    INSUFFICIENT_SCOPE: HTTPStatus.FORBIDDEN,
}
"""RFC 6750, section 3.1; every other refusal is 401."""
_SCHEMES = {"bearer": BEARER, "dpop": dpop.SCHEME}
_QUOTABLE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
"""What a description in a challenge may consist of (RFC 6750, section 3)."""


class AccessRefused(Exception):
    """A resource refuses; says how, as RFC 6750 (section 3) has it.

    Args:
        error: The error code; None when no token was presented at all.
        description: What is wrong and what to do.
        scope: What would do, where the scope is the trouble.
        scheme: The authentication scheme that was used, or is to be.
        nonce: The one that the next proof must carry, where the proof is the trouble.
    """

    def __init__(
        self,
        error: str | None,
        description: str,
        *,
        scope: str | None = None,
        scheme: str = BEARER,
        nonce: str | None = None,
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.scope = scope
        self.scheme = scheme
        self.nonce = nonce

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status."""
        return STATUS.get(self.error or "", HTTPStatus.UNAUTHORIZED)


@dataclass(frozen=True, slots=True)
class Presented:
    """A token as it was presented; neither it nor its proof ever shows in a repr.

    Attributes:
        scheme: The authentication scheme: `Bearer` or `DPoP`.
        token: The token.
        proof: The proof of possession; empty if none came along.
        method: The request's method.
        uri: The request's address, as the client knows it.
    """

    scheme: str
    token: str
    proof: str
    method: str
    uri: str

    def __repr__(self) -> str:
        return f"Presented({self.scheme!r}, {self.uri!r})"


class Issued(Protocol):
    """What decides where, and in whose hands, a token is good."""

    @property
    def client_id(self) -> str:
        """Whom it was issued to."""
        ...

    @property
    def audience(self) -> Container[str]:
        """The resources it is for."""
        ...

    @property
    def jkt(self) -> str | None:
        """Thumbprint of the key it is bound to, if any."""
        ...


def presented_token(request: OAuthRequest, uri: str) -> Presented:
    """Read the token from the one place where it may stand.

    Args:
        request: The request.
        uri: Its address, as the client knows it.

    Raises:
        AccessRefused: It is missing, or stands where logs and histories would keep it.
    """
    if request.query is None or request.form is None:
        raise AccessRefused(INVALID_REQUEST, "The request cannot be read.")
    if any(name == "access_token" for name, _ in request.pairs):
        raise AccessRefused(
            INVALID_REQUEST,
            "Send the access token in the Authorization header, and in no other place.",
        )
    scheme, token = _authorization(request.headers.get("authorization", ""))
    if scheme is None or not token:
        raise AccessRefused(None, "Send an access token in the Authorization header.")
    return Presented(scheme, token, request.headers.get("dpop", ""), request.method, uri)


def scheme_of(authorization: str) -> str:
    """Return the scheme of an `Authorization` header; `Bearer` for every one that is not ours."""
    scheme, _ = _authorization(authorization)
    return scheme or BEARER


def proof_of(
    presented: Presented, token: Issued, resource: str, nonces: dpop.Nonces
) -> dpop.Proof | None:
    """See that a token is for this resource, and in the hands it was issued to.

    Args:
        presented: The token as it was presented.
        token: What was found of it.
        resource: The resource that it is presented to.
        nonces: Those that a proof may carry.

    Returns:
        The proof of a bound token, which is for `use_up` to accept; nothing for one that is not
        bound.

    Raises:
        AccessRefused: It is for another resource, or is presented as what it is not; or there is
            no proof, or a bad one.
    """
    if resource not in token.audience:
        raise invalid(presented)
    if token.jkt is None:
        if presented.scheme != BEARER:
            raise AccessRefused(
                INVALID_TOKEN, "The token is not bound to a key: present it as Bearer."
            )
        return None
    if presented.scheme == BEARER:
        raise AccessRefused(
            INVALID_TOKEN,
            "The token is bound to a key: present it as DPoP, with a proof.",
            scheme=dpop.SCHEME,
            nonce=nonces.current,
        )
    try:
        proof = dpop.verified_proof(
            presented.proof, presented.method, presented.uri, nonces, presented.token
        )
    except (InvalidDpopProof, UseDpopNonce) as error:
        raise _unproven(error, nonces) from error
    if not hmac.compare_digest(proof.jkt, token.jkt):
        raise _unproven(
            InvalidDpopProof("The proof is by another key than the one of the token"), nonces
        )
    return proof


def use_up(proof: dpop.Proof, token: Issued, nonces: dpop.Nonces, stores: Stores) -> None:
    """Accept a proof, once, if the token's client may sign by its algorithm.

    A client of the FAPI 2.0 security profile may not by RS256 (section 5.4.1), and binding does
    not see to that: the thumbprint of an RSA key is the same for PS256 and RS256. So the client is
    looked up here, where a transaction is open anyway, and only for the algorithms in doubt.

    Args:
        proof: From `proof_of`.
        token: The token it came with.
        nonces: Those that the next one may carry.
        stores: A transaction that may write.

    Raises:
        AccessRefused: It was used before, or is signed by another algorithm.
    """
    if proof.algorithm not in dpop.FAPI_ALGORITHMS:
        client = stores.client(token.client_id)
        if client is not None and client.is_fapi:
            try:
                dpop.check_fapi(proof)
            except InvalidDpopProof as error:
                raise _unproven(error, nonces) from error
    if not stores.is_first_use(proof.once, proof.until):
        raise _unproven(InvalidDpopProof("The proof was used before (jti)"), nonces)


def invalid(presented: Presented) -> AccessRefused:
    """Refuse a token that is none of ours, is over, or is for another resource."""
    description = "The access token is not valid here; get a new one."
    return AccessRefused(INVALID_TOKEN, description, scheme=presented.scheme)


def insufficient(presented: Presented, scope: str, description: str) -> AccessRefused:
    """Refuse a token of another scope.

    Args:
        presented: The token.
        scope: What would do.
        description: What is wrong and what to do.
    """
    return AccessRefused(INSUFFICIENT_SCOPE, description, scope=scope, scheme=presented.scheme)


def refusal(error: AccessRefused, issuer: str, path: str) -> OAuthResponse:
    """Answer a refusal.

    Args:
        error: What is wrong.
        issuer: The issuer identifier.
        path: The protected resource's path.
    """
    headers = (*NO_STORE, *challenge(error, issuer, path).items())
    body = {"error": error.error or INVALID_TOKEN, "error_description": error.description}
    return OAuthResponse(error.status, headers, body)


def challenge(error: AccessRefused, issuer: str, path: str) -> dict[str, str]:
    """Say how to do better (RFC 6750, 3; RFC 9728, 5.1; RFC 9449, 7.1 and 9), as headers.

    Args:
        error: What is wrong.
        issuer: The issuer identifier.
        path: The protected resource's path.
    """
    is_said = error.error is not None and _QUOTABLE.fullmatch(error.description)
    named = {
        "error": error.error,
        "error_description": error.description if is_said else None,
        "scope": error.scope,
        "algs": " ".join(dpop.ALGORITHMS) if error.scheme == dpop.SCHEME else None,
        "resource_metadata": f"{issuer}{RESOURCE_METADATA_PATH}{path}",
    }
    said = ", ".join(f'{name}="{value}"' for name, value in named.items() if value)
    headers = {"WWW-Authenticate": f"{error.scheme} {said}"}
    if error.nonce is not None:
        headers["DPoP-Nonce"] = error.nonce
    return headers


def _authorization(header: str) -> tuple[str | None, str]:
    word, _, token = header.partition(" ")
    return _SCHEMES.get(word.lower()), token.strip()


def _unproven(error: InvalidDpopProof | UseDpopNonce, nonces: dpop.Nonces) -> AccessRefused:
    return AccessRefused(error.error, error.description, scheme=dpop.SCHEME, nonce=nonces.current)
