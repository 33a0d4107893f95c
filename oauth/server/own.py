"""The server's own protected endpoints: userinfo, and the door of grant management."""

from collections.abc import Sequence

from oauth.server.access import (
    AccessRefused,
    insufficient,
    invalid,
    presented_token,
    proof_of,
    refusal,
    use_up,
)
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.metadata import USERINFO_PATH
from oauth.server.resources import OWN_PATH
from oauth.server.scopes import OPENID_SCOPE
from oauth.server.stores import Standing, TokenKind, TokenRecord


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
    presented = presented_token(request, uri)
    digest = exchange.secrets.digest(presented.token)
    found = exchange.stores.token(digest, exchange.now)
    if found is None:
        raise invalid(presented)
    token, grant = found.token, found.grant
    if token.kind is not TokenKind.ACCESS or found.is_over(exchange.now):
        raise invalid(presented)
    proof = proof_of(presented, token, exchange.issuer + OWN_PATH, exchange.nonces)
    if proof is not None:
        use_up(proof, token, exchange.nonces, exchange.stores)
    given = set(token.scope.split())
    if grant is not None:
        given &= set(grant.scope.split())
    if given.isdisjoint(scopes):
        raise insufficient(presented, " ".join(scopes), "The token is of another scope.")
    return found


def userinfo(request: OAuthRequest, exchange: Exchange) -> OAuthResponse:
    """Say who signed in, by the name that only this client knows (OpenID Connect Core, 5.3)."""
    try:
        found = admitted(request, exchange.issuer + USERINFO_PATH, (OPENID_SCOPE,), exchange)
    except AccessRefused as error:
        return refused(error, exchange)
    return OAuthResponse(200, body={"sub": found.grant.subject if found.grant else ""})


def managing(
    request: OAuthRequest, path: str, scope: str, exchange: Exchange
) -> TokenRecord | OAuthResponse:
    """Admit a client that manages its grants (Grant Management for OAuth 2.0, section 6).

    Args:
        request: The request.
        path: Its path.
        scope: What it takes.
        exchange: The surroundings.

    Returns:
        The token, whose client it is; or the refusal.
    """
    try:
        return admitted(request, exchange.issuer + path, (scope,), exchange).token
    except AccessRefused as error:
        return refused(error, exchange)


def refused(error: AccessRefused, exchange: Exchange) -> OAuthResponse:
    """Answer a refusal at one of these endpoints."""
    return refusal(error, exchange.issuer, OWN_PATH)
