"""The adapter: Authlib's authorization server without a web framework, one per request.

What is overridden, and why, is told in docs/decisions/0002-authlib-adapter.md.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationServer, BaseGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from oauth.server.authentication import authenticated, presented_credentials
from oauth.server.client_credentials import OwnGrant
from oauth.server.clients import AuthlibClient
from oauth.server.exchange import Exchange
from oauth.server.messages import (
    NO_STORE,
    OAuthRequest,
    OAuthResponse,
    Pairs,
    redirect,
    with_parameters,
)
from oauth.server.pkce import S256Required
from oauth.server.refresh import RefreshGrant
from oauth.server.token import CodeGrant

LOGGERS = ("authlib",)
"""Loggers that print tokens at DEBUG; the host keeps them at WARNING."""

_TRANSPORT_JUDGED_ELSEWHERE = "https://localhost/"

Grant = tuple[type[BaseGrant], Sequence[S256Required]]
CODE: Grant = (CodeGrant, (S256Required(),))
GRANTS: Mapping[str, Grant] = MappingProxyType(
    {
        "authorization_code": CODE,
        "refresh_token": (RefreshGrant, ()),
        "client_credentials": (OwnGrant, ()),
    }
)
"""Grant type to what Authlib is given for it."""


class AuthlibRequest(OAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    """A request as Authlib's grants want to see it.

    Authlib refuses one whose address is plain http, which behind a proxy every address is; the
    issuer's own address is judged once, in the host's settings.
    """

    def __init__(self, message: OAuthRequest, parameters: dict[str, str] | None = None) -> None:
        super().__init__(message.method, _TRANSPORT_JUDGED_ELSEWHERE)
        self.message = message
        self.payload = BasicOAuth2Payload(message.parameters if parameters is None else parameters)

    @property
    def form(self) -> dict[str, str]:
        """The body's parameters."""
        return self.message.body_parameters


class TokenRequest(AuthlibRequest):
    """A request to an endpoint that listens to the body alone."""

    def __init__(self, message: OAuthRequest) -> None:
        super().__init__(message, message.body_parameters)


class AuthlibServer(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """Authlib's server for one request.

    Args:
        exchange: The surroundings of the request.
        grants: What it may be about; nothing else is offered.
    """

    def __init__(self, exchange: Exchange, *grants: Grant) -> None:
        super().__init__()
        self.exchange = exchange
        for grant, extensions in grants:
            self.register_grant(grant, extensions)

    def query_client(self, client_id: str) -> AuthlibClient | None:
        """Find a client that is not disabled."""
        record = self.exchange.stores.client(client_id)
        return None if record is None else AuthlibClient(record)

    def authenticate_client(
        self, request: AuthlibRequest, _methods: object, endpoint: str = "token"
    ) -> AuthlibClient:
        """Authenticate by our own rules: Authlib's fail with a 500 on what is not UTF-8."""
        credentials = presented_credentials(request.message)
        found = self.exchange.stores.client(credentials.client_id)
        request.auth_method = credentials.method
        return AuthlibClient(authenticated(credentials, found, self.exchange, endpoint))

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Do nothing: `TokenIssuer` keeps each token when it makes it."""

    def send_signal(self, name: str, *_args: object, **_kwargs: object) -> None:
        """Do nothing: nobody listens."""

    def create_oauth2_request(self, request: AuthlibRequest) -> AuthlibRequest:
        """Return the request, which the engine has made."""
        return request

    def handle_error_response(self, _request: object, error: OAuth2Error) -> OAuthResponse:
        """Make our answer of Authlib's error."""
        return refusal(error, self.exchange.issuer)

    def handle_response(
        self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]
    ) -> OAuthResponse:
        """Make our answer of Authlib's; a redirect says who sends it (RFC 9207)."""
        location = dict(headers).get("Location")
        if location is not None:
            return _redirected(location, (), self.exchange.issuer)
        extra = [pair for pair in headers if pair[0] == "WWW-Authenticate"]
        return OAuthResponse(status, (*NO_STORE, *extra), dict(body))


def refusal(error: OAuth2Error, issuer: str) -> OAuthResponse:
    """Answer with an error; one that redirects says who sends it (RFC 9207)."""
    if error.redirect_uri:
        return _redirected(error.redirect_uri, error.get_body(), issuer)
    error.state = None  # it goes back with a redirect; here it would only be said again
    status, body, headers = error(uri=None)
    extra = [pair for pair in headers if pair[0] == "WWW-Authenticate"]
    return OAuthResponse(status, (*NO_STORE, *extra), dict(body))


def _redirected(uri: str, parameters: Pairs, issuer: str) -> OAuthResponse:
    return redirect(with_parameters(uri, (*parameters, ("iss", issuer))))
