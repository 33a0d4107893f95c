"""The token endpoint for a client by itself (RFC 6749, section 4.4).

Such a token opens nothing: looking up, and managing grants, is measured against the grants that
customers gave this client.
"""

from authlib.oauth2.rfc6749 import ClientCredentialsGrant

from oauth.server.resources import audience_of
from oauth.server.scopes import own_scope
from oauth.server.tokens import TokenAnswer


class OwnGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """The client credentials grant, for the scopes of a client by itself."""

    def validate_requested_scope(self) -> None:
        """Refuse every scope that only a customer can give."""
        self.request.scope = own_scope(self.request.payload.scope)

    def generate_token(self, **_ignored: object) -> TokenAnswer:
        """Issue an access token that stands on no grant."""
        exchange = self.server.exchange
        scope: str = self.request.scope
        resources = self.request.message.all("resource")
        audience = audience_of(resources, exchange.issuer, scope)
        answer: TokenAnswer = exchange.tokens.own(self.request.client.record.id, scope, audience)
        return answer
