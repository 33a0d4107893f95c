"""The server's own protected endpoints: userinfo, and the door of grant management."""

from oauth.server import dpop
from oauth.server.access import AccessRefused, admitted, refusal
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.metadata import USERINFO_PATH
from oauth.server.resources import OWN_PATH
from oauth.server.scopes import OPENID_SCOPE
from oauth.server.stores import TokenRecord


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
    nonce = dpop.Nonces(exchange.secrets.derive, exchange.now).current
    return refusal(error, exchange.issuer, OWN_PATH, nonce)
