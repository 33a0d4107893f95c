"""The authorization server: its endpoints, and the checks each one makes, in order.

A host makes one engine, and calls it within a transaction that it commits after every answer,
errors included. Pushed requests, rich requests, backchannel authentication, introspection and
proof of possession will each be a row of the table below and a file beside this one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error

from oauth.server import checks
from oauth.server.authlib import AuthlibRequest, AuthlibServer, TokenRequest
from oauth.server.authorize import Asked, CannotRedirect, Recipient, recipient
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.metadata import metadata
from oauth.server.stores import GrantRecord, Stores
from oauth.server.tokens import Secrets

Check = Callable[[OAuthRequest], None]

AUTHORIZE: tuple[Check, ...] = (
    checks.readable,
    checks.no_secret_in_query,
    checks.no_duplicates,
    checks.printable_state,
    checks.code_response,
)
TOKEN: tuple[Check, ...] = (
    checks.readable,
    checks.no_secret_in_query,
    checks.no_duplicates,
    checks.known_grant_type,
)
REVOKE: tuple[Check, ...] = (
    checks.readable,
    checks.no_secret_in_query,
    checks.no_duplicates,
)


@dataclass(frozen=True, slots=True)
class AuthorizationEngine:
    """Answers OAuth requests.

    Args:
        issuer: The issuer identifier, an https address without a slash at the end.
        sections: Every section there is.
        secrets: How secrets are made.
        clock: The time.
    """

    issuer: str
    sections: tuple[str, ...]
    secrets: Secrets
    clock: Callable[[], datetime]

    def authorize(self, request: OAuthRequest, stores: Stores) -> Asked | OAuthResponse:
        """Judge an authorization request, as far as that needs no customer.

        Returns:
            What is asked for; or the error, as a redirect to the client.

        Raises:
            CannotRedirect: Nobody may be redirected; show an error page.
        """
        sender = recipient(request, stores)
        server = self._server(stores)
        try:
            self._run(AUTHORIZE, request)
            asked: Asked = server.get_consent_grant(AuthlibRequest(request)).asked
        except OAuth2Error as error:
            return self._refusal(server, error, sender)
        return asked

    def approve(
        self, parameters: Mapping[str, str], grant_id: str, stores: Stores
    ) -> OAuthResponse:
        """Issue a code for a grant, and send the customer back with it.

        Args:
            parameters: Those of `Asked`; they are judged again.
            grant_id: The grant she gave, which may be less than was asked for; without it being
                active the answer is `access_denied`.
            stores: The transaction in which the grant was written.
        """
        return self._decide(parameters, stores.active_grant(grant_id, self.clock()), stores)

    def deny(self, parameters: Mapping[str, str], stores: Stores) -> OAuthResponse:
        """Send the customer back with `access_denied`."""
        return self._decide(parameters, None, stores)

    def token(self, request: OAuthRequest, stores: Stores) -> OAuthResponse:
        """Answer the token endpoint (RFC 6749, section 3.2)."""
        server = self._server(stores)
        return self._answer(
            TOKEN, server, request, lambda: server.create_token_response(TokenRequest(request))
        )

    def revoke(self, request: OAuthRequest, stores: Stores) -> OAuthResponse:
        """Answer the revocation endpoint (RFC 7009)."""
        server = self._server(stores)
        return self._answer(
            REVOKE,
            server,
            request,
            lambda: server.create_endpoint_response("revocation", TokenRequest(request)),
        )

    def metadata(self) -> dict[str, Any]:
        """Describe this server (RFC 8414)."""
        return metadata(self.issuer, self.sections)

    def _decide(
        self, parameters: Mapping[str, str], grant: GrantRecord | None, stores: Stores
    ) -> OAuthResponse:
        request = OAuthRequest("POST", form=tuple(parameters.items()))
        sender = recipient(request, stores)
        server = self._server(stores)
        try:
            consent = server.get_consent_grant(AuthlibRequest(request))
        except OAuth2Error as error:
            return self._refusal(server, error, sender)
        response: OAuthResponse = server.create_authorization_response(
            consent.request, grant_user=grant, grant=consent
        )
        return response

    def _answer(
        self,
        table: Iterable[Check],
        server: AuthlibServer,
        request: OAuthRequest,
        answer: Callable[[], OAuthResponse],
    ) -> OAuthResponse:
        try:
            self._run(table, request)
        except OAuth2Error as error:
            refusal: OAuthResponse = server.handle_error_response(None, error)
            return refusal
        return answer()

    def _server(self, stores: Stores) -> AuthlibServer:
        return AuthlibServer(
            Exchange(self.issuer, self.sections, self.secrets, stores, self.clock())
        )

    @staticmethod
    def _run(table: Iterable[Check], request: OAuthRequest) -> None:
        for check in table:
            check(request)

    @staticmethod
    def _refusal(server: AuthlibServer, error: OAuth2Error, sender: Recipient) -> OAuthResponse:
        error.redirect_uri, error.state = sender.redirect_uri, sender.state
        response: OAuthResponse = server.handle_error_response(None, error)
        return response


__all__ = ["Asked", "AuthorizationEngine", "CannotRedirect"]
