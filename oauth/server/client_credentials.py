"""The token endpoint for a client by itself (RFC 6749, section 4.4): it may look customers up.

Such a token opens nothing: each lookup is measured against the grants customers gave the client.
"""

from authlib.oauth2.rfc6749 import ClientCredentialsGrant

from oauth.server.scopes import lookup_scope
from oauth.server.tokens import TokenAnswer


class LookupGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """The client credentials grant, for the lookup scope alone."""

    def validate_requested_scope(self) -> None:
        """Refuse every scope but the one for looking up."""
        lookup_scope(self.request.payload.scope)

    def generate_token(self, **_ignored: object) -> TokenAnswer:
        """Issue an access token that stands on no grant."""
        answer: TokenAnswer = self.server.exchange.tokens.lookup(self.client.record.id)
        return answer
