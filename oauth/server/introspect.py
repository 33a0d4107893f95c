"""The introspection endpoint (RFC 7662; signed, RFC 9701): what a token is good for now."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from oauth.server import dpop
from oauth.server.authentication import authenticated, presented_credentials
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.scopes import covered
from oauth.server.stores import ClientRecord, GrantRecord, TokenKind, TokenRecord
from oauth.server.tokens import granted_details

MEDIA_TYPE = "application/token-introspection+jwt"
TYPE = "token-introspection+jwt"
ALGORITHM = "ES256"
INACTIVE = {"active": False}
"""All that is said of a token that is over, unknown, or another client's."""


def introspection(request: OAuthRequest, exchange: Exchange) -> OAuthResponse:
    """Say what a token is good for, to the client it was issued to and to nobody else.

    Args:
        request: Names the token; a hint of its type is not needed (RFC 7662, section 2.1).
        exchange: The surroundings of the request.

    Raises:
        OAuth2Error: The client is another, or names no token.
    """
    credentials = presented_credentials(request)
    presented = request.body_parameters.get("token", "")
    digest = exchange.secrets.digest(presented)
    found, standing = exchange.stores.client_and_token(credentials.client_id, digest, exchange.now)
    client = authenticated(credentials, found, exchange, "introspect")
    if not presented:
        raise InvalidRequestError("Missing token")
    answer = INACTIVE
    if standing is not None and not standing.is_over(exchange.now):
        answer = _active(standing.token, standing.grant, exchange.issuer)
    if MEDIA_TYPE not in request.headers.get("accept", ""):
        return OAuthResponse(200, body=answer)
    return OAuthResponse(200, text=_signed(answer, client, exchange), media_type=MEDIA_TYPE)


def _signed(answer: dict[str, Any], client: ClientRecord, exchange: Exchange) -> str:
    claims = {
        "iss": exchange.issuer,
        "aud": client.id,
        "iat": int(exchange.now.timestamp()),
        "token_introspection": answer,
    }
    return exchange.keys.signers[ALGORITHM].sign(claims, TYPE)


def _active(token: TokenRecord, grant: GrantRecord | None, issuer: str) -> dict[str, Any]:
    scope = token.scope if grant is None else covered(token.scope, grant.scope)
    answer: dict[str, Any] = {
        "active": True,
        "iss": issuer,
        "client_id": token.client_id,
        "scope": scope,
        "iat": int(token.issued_at.timestamp()),
        "aud": list(token.audience),
    }
    if token.expires_at is not None:
        answer["exp"] = int(token.expires_at.timestamp())
    if token.kind is TokenKind.ACCESS:
        answer["token_type"] = "Bearer" if token.jkt is None else dpop.SCHEME
    if token.jkt is not None:
        answer["cnf"] = {"jkt": token.jkt}
    if grant is not None:
        answer["sub"] = grant.subject
        answer["grant_id"] = grant.id
        answer["authorization_details"] = granted_details(token, grant)
    return answer
