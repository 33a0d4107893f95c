"""At a protected resource: the token that is presented, and the proof that goes with it.

RFC 6750 for bearer tokens, RFC 9449 (section 7) for bound ones, RFC 8707 for the audience.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from oauth.server import dpop
from oauth.server.errors import InvalidDpopProof, UseDpopNonce
from oauth.server.exchange import Exchange
from oauth.server.messages import NO_STORE, OAuthRequest, OAuthResponse
from oauth.server.resources import OWN_PATH, RESOURCE_METADATA_PATH
from oauth.server.stores import Standing, TokenKind

BEARER = "Bearer"
INVALID_TOKEN = "invalid_token"  # noqa: S105 - an error code
INSUFFICIENT_SCOPE = "insufficient_scope"
SCHEMES = {"bearer": BEARER, "dpop": dpop.SCHEME}


class AccessRefused(Exception):
    """A resource refuses; says how, as RFC 6750 (section 3) has it.

    Args:
        status: 400, 401 or 403.
        error: The error code; None when no token was presented at all.
        description: What is wrong and what to do.
        scope: What would do, where the scope is the trouble.
        scheme: The authentication scheme that was used.
    """

    def __init__(
        self,
        status: int,
        error: str | None,
        description: str,
        *,
        scope: str | None = None,
        scheme: str = BEARER,
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.scope = scope
        self.scheme = scheme


@dataclass(frozen=True, slots=True)
class Presented:
    """A token as it was presented; it never shows in a repr."""

    scheme: str
    token: str

    def __repr__(self) -> str:
        return f"Presented({self.scheme!r})"


def presented_token(request: OAuthRequest) -> Presented:
    """Read the token from the one place where it may stand.

    Raises:
        AccessRefused: It is missing, or stands where logs and histories would keep it.
    """
    if any(name == "access_token" for name, _ in request.pairs):
        raise AccessRefused(
            400,
            "invalid_request",
            "Send the access token in the Authorization header, and in no other place.",
        )
    word, _, token = request.headers.get("authorization", "").partition(" ")
    scheme = SCHEMES.get(word.lower())
    if scheme is None or not token.strip():
        raise AccessRefused(401, None, "Send an access token in the Authorization header.")
    return Presented(scheme, token.strip())


def check_proof(
    presented: Presented, jkt: str | None, request: OAuthRequest, uri: str, exchange: Exchange
) -> None:
    """See that a bound token comes with its proof, and that no other does without.

    Args:
        presented: The token.
        jkt: Thumbprint of the key it is bound to, if any.
        request: The request it came with.
        uri: The request's address, as the client knows it.
        exchange: The surroundings.

    Raises:
        AccessRefused: There is no proof, or a bad one; or the token is not bound.
    """
    if jkt is None:
        if presented.scheme != BEARER:
            raise AccessRefused(
                401, INVALID_TOKEN, "The token is not bound to a key: present it as Bearer."
            )
        return
    if presented.scheme == BEARER:
        raise AccessRefused(
            401,
            INVALID_TOKEN,
            "The token is bound to a key: present it as DPoP, with a proof.",
            scheme=dpop.SCHEME,
        )
    try:
        _check_bound(presented, jkt, request, uri, exchange)
    except (InvalidDpopProof, UseDpopNonce) as error:
        raise AccessRefused(401, error.error, error.description, scheme=dpop.SCHEME) from error


def admitted(
    request: OAuthRequest, uri: str, scopes: Sequence[str], exchange: Exchange
) -> Standing:
    """Admit a request to one of the server's own protected endpoints.

    Args:
        request: The request.
        uri: Its address, as the client knows it.
        scopes: Any of these will do.
        exchange: The surroundings.

    Returns:
        The token, and the active grant it stands on, if it stands on one.

    Raises:
        AccessRefused: The token will not do.
    """
    if request.query is None or request.form is None:
        raise AccessRefused(400, "invalid_request", "The request cannot be read.")
    presented = presented_token(request)
    digest = exchange.secrets.digest(presented.token)
    found = exchange.stores.token(digest, exchange.now)
    if found is None:
        raise _invalid(presented)
    token, grant = found.token, found.grant
    if token.kind is not TokenKind.ACCESS or found.is_over(exchange.now):
        raise _invalid(presented)
    if exchange.issuer + OWN_PATH not in token.audience:
        raise _invalid(presented)
    check_proof(presented, token.jkt, request, uri, exchange)
    given = set(token.scope.split())
    if grant is not None:
        given &= set(grant.scope.split())
    if given.isdisjoint(scopes):
        raise AccessRefused(
            403,
            INSUFFICIENT_SCOPE,
            "The token is of another scope.",
            scope=" ".join(scopes),
            scheme=presented.scheme,
        )
    return found


def refusal(error: AccessRefused, issuer: str, path: str, nonce: str) -> OAuthResponse:
    """Answer with a challenge that says what to do (RFC 6750, 3; RFC 9728, 5.1; RFC 9449, 7.1).

    Args:
        error: What is wrong.
        issuer: The issuer identifier.
        path: The protected resource's path.
        nonce: The one that a proof must carry now.
    """
    headers = [*NO_STORE, ("WWW-Authenticate", challenge(error, issuer, path))]
    if error.scheme == dpop.SCHEME:
        headers.append(("DPoP-Nonce", nonce))
    body = {"error": error.error or INVALID_TOKEN, "error_description": error.description}
    return OAuthResponse(error.status, tuple(headers), body)


def challenge(error: AccessRefused, issuer: str, path: str) -> str:
    """Write the `WWW-Authenticate` header of a refusal."""
    named = {
        "error": error.error,
        "error_description": error.description if error.error else None,
        "scope": error.scope,
        "algs": " ".join(dpop.ALGORITHMS) if error.scheme == dpop.SCHEME else None,
        "resource_metadata": f"{issuer}{RESOURCE_METADATA_PATH}{path}",
    }
    said = ", ".join(f'{name}="{value}"' for name, value in named.items() if value)
    return f"{error.scheme} {said}"


def _check_bound(
    presented: Presented, jkt: str, request: OAuthRequest, uri: str, exchange: Exchange
) -> None:
    proof = dpop.verified_proof(
        request.headers.get("dpop", ""), request.method, uri, exchange.nonces, presented.token
    )
    if not hmac.compare_digest(proof.jkt, jkt):
        raise InvalidDpopProof("The proof is by another key than the one of the token")
    if not exchange.stores.is_first_use(proof.once, proof.until):
        raise InvalidDpopProof("The proof was used before (jti)")


def _invalid(presented: Presented) -> AccessRefused:
    return AccessRefused(
        401,
        INVALID_TOKEN,
        "The access token is not valid here; get a new one.",
        scheme=presented.scheme,
    )
