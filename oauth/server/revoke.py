"""The revocation endpoint (RFC 7009): a client gives back its own tokens."""

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from oauth.server.clients import AuthlibClient
from oauth.server.stores import TokenKind, TokenRecord


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib is untyped
    """Revokes an access token by itself, and a refresh token with its whole family."""

    def authenticate_token(
        self, request: OAuth2Request, client: AuthlibClient
    ) -> TokenRecord | None:
        """Find the token if it is this client's; the type hint is not needed (section 2.1)."""
        presented = request.form.get("token")
        if presented is None:
            raise InvalidRequestError("Missing token")
        exchange = self.server.exchange
        record: TokenRecord | None = exchange.stores.hold_token(exchange.secrets.digest(presented))
        if record is not None and record.client_id != client.record.id:
            raise InvalidGrantError("The token was issued to another client")
        return record

    def revoke_token(self, token: TokenRecord, _request: OAuth2Request) -> None:
        """Revoke it, and what stems from it."""
        exchange = self.server.exchange
        if token.kind == TokenKind.REFRESH:
            exchange.stores.revoke_family(token.family, exchange.now)
        else:
            exchange.stores.revoke_token(token.token_hash, exchange.now)
