"""The authorization server: its endpoints, and the checks each one makes, in order.

A host makes one engine, and calls it within a transaction that it commits after every answer,
errors included. A new endpoint is a row of the table below and a file beside this one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from oauth.server import checks, dpop, own
from oauth.server.asked import MERGE, Asked
from oauth.server.authlib import (
    CODE,
    GRANTS,
    AuthlibRequest,
    AuthlibServer,
    TokenRequest,
    refusal,
)
from oauth.server.authorize import CannotRedirect, Decided, Recipient, recipient
from oauth.server.exchange import Exchange
from oauth.server.introspect import introspection
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.metadata import (
    INTROSPECT_PATH,
    PAR_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    metadata,
)
from oauth.server.par import push, pushed
from oauth.server.revoke import Revocation
from oauth.server.signing import NO_KEYS, KeyRing
from oauth.server.stores import GrantRecord, Stores, TokenRecord
from oauth.server.tokens import Secrets

Check = Callable[[OAuthRequest], None]
Answer = Callable[[OAuthRequest, Exchange], OAuthResponse]

FORM: tuple[Check, ...] = (
    checks.readable,
    checks.no_secret_in_query,
    checks.no_duplicates,
)
REQUEST: tuple[Check, ...] = (
    checks.no_request_object,
    checks.printable_state,
    checks.code_response,
)
CHECKS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "authorize": (*FORM, *REQUEST),
        "par": (*FORM, checks.no_request_uri, *REQUEST),
        "token": (*FORM, checks.known_grant_type),
        "revoke": FORM,
        "introspect": FORM,
    }
)
"""Endpoint to the checks of a request's form that it makes, in order."""

PATHS: Mapping[str, str] = MappingProxyType(
    {
        "par": PAR_PATH,
        "token": TOKEN_PATH,
        "revoke": REVOKE_PATH,
        "introspect": INTROSPECT_PATH,
    }
)
"""Endpoint to its path, which proofs of possession name."""


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

    def authorize(
        self, request: OAuthRequest, stores: Stores, keys: KeyRing = NO_KEYS
    ) -> Asked | OAuthResponse:
        """Take an authorization request, and judge it as far as that needs no customer.

        Args:
            request: As the browser brought it: whole, or naming one that was pushed.
            stores: One transaction.
            keys: With which an `id_token_hint` is verified.

        Returns:
            What is asked for; or the error, as a redirect to the client.

        Raises:
            CannotRedirect: Nobody may be redirected; show an error page.
        """
        is_pushed = "request_uri" in request.parameters
        if is_pushed:
            request = pushed(request, self._exchange(stores, keys))
        outcome = self.judge(request, stores, keys)
        if isinstance(outcome, Asked) and outcome.client.is_fapi and not is_pushed:
            error = InvalidRequestError("This client must push its requests (PAR)")
            return self.refuse(outcome.parameters, error, stores)
        return outcome

    def judge(
        self, request: OAuthRequest, stores: Stores, keys: KeyRing = NO_KEYS
    ) -> Asked | OAuthResponse:
        """Judge the parameters of an authorization request, wherever they came from.

        Returns, Raises: As `authorize`.
        """
        sender = recipient(request, stores)
        server = self._server(stores, keys)
        try:
            self._run("authorize", request)
            asked: Asked = server.get_consent_grant(AuthlibRequest(request)).asked
        except OAuth2Error as error:
            return self._refusal(error, sender)
        return asked

    def approve(
        self,
        parameters: Mapping[str, str],
        grant_id: str,
        stores: Stores,
        *,
        auth_time: datetime | None = None,
        keys: KeyRing = NO_KEYS,
    ) -> OAuthResponse:
        """Issue a code for a grant, and send the customer back with it.

        Args:
            parameters: Those of `Asked`; they are judged again.
            grant_id: The grant she gave, which may be less than was asked for; without it being
                active the answer is `access_denied`.
            stores: The transaction in which the grant was written.
            auth_time: When she signed in.
            keys: With which an `id_token_hint` is verified.
        """
        grant = stores.active_grant(grant_id, self.clock())
        return self._decide(parameters, grant, auth_time, stores, keys)

    def refuse(
        self, parameters: Mapping[str, str], error: OAuth2Error, stores: Stores
    ) -> OAuthResponse:
        """Send the customer back with an error that only the host could see."""
        sender = recipient(OAuthRequest("POST", form=tuple(parameters.items())), stores)
        return self._refusal(error, sender)

    def par(self, request: OAuthRequest, stores: Stores, keys: KeyRing = NO_KEYS) -> OAuthResponse:
        """Answer the endpoint for pushed requests (RFC 9126)."""
        return self._answer("par", request, self._exchange(stores, keys), push)

    def token(
        self, request: OAuthRequest, stores: Stores, keys: KeyRing = NO_KEYS
    ) -> OAuthResponse:
        """Answer the token endpoint (RFC 6749, section 3.2)."""
        return self._answer("token", request, self._exchange(stores, keys), _tokens)

    def revoke(self, request: OAuthRequest, stores: Stores) -> OAuthResponse:
        """Answer the revocation endpoint (RFC 7009)."""
        return self._answer("revoke", request, self._exchange(stores, NO_KEYS), _revocation)

    def introspect(
        self, request: OAuthRequest, stores: Stores, keys: KeyRing = NO_KEYS
    ) -> OAuthResponse:
        """Answer the introspection endpoint (RFC 7662), signed if that is asked for (RFC 9701)."""
        return self._answer("introspect", request, self._exchange(stores, keys), introspection)

    def userinfo(self, request: OAuthRequest, stores: Stores) -> OAuthResponse:
        """Answer the userinfo endpoint (OpenID Connect Core, section 5.3)."""
        return own.userinfo(request, self._exchange(stores, NO_KEYS))

    def managing(
        self, request: OAuthRequest, path: str, scope: str, stores: Stores
    ) -> TokenRecord | OAuthResponse:
        """Admit a client that manages its grants (`own.managing`)."""
        return own.managing(request, path, scope, self._exchange(stores, NO_KEYS))

    def metadata(self) -> dict[str, Any]:
        """Describe this server (RFC 8414; OpenID Connect Discovery)."""
        return metadata(self.issuer, self.sections)

    def _decide(
        self,
        parameters: Mapping[str, str],
        grant: GrantRecord | None,
        auth_time: datetime | None,
        stores: Stores,
        keys: KeyRing,
    ) -> OAuthResponse:
        request = OAuthRequest("POST", form=tuple(parameters.items()))
        sender = recipient(request, stores)
        server = self._server(stores, keys)
        try:
            consent = server.get_consent_grant(AuthlibRequest(request))
        except OAuth2Error as error:
            return self._refusal(error, sender)
        decided = None
        if grant is not None:
            scope = grant.scope if consent.asked.action == MERGE else consent.asked.scope
            decided = Decided(grant, scope, auth_time)
        response: OAuthResponse = server.create_authorization_response(
            consent.request, grant_user=decided, grant=consent
        )
        return response

    def _answer(
        self,
        endpoint: str,
        request: OAuthRequest,
        exchange: Exchange,
        answer: Answer,
    ) -> OAuthResponse:
        try:
            self._run(endpoint, request)
            proof = self._proof(request, PATHS[endpoint], exchange)
            response = answer(request, replace(exchange, proof=proof) if proof else exchange)
        except OAuth2Error as error:
            response = refusal(error, self.issuer)
        if "dpop" not in request.headers:
            return response
        nonce = ("DPoP-Nonce", exchange.nonces.current)
        return replace(response, headers=(*response.headers, nonce))

    def _proof(self, request: OAuthRequest, path: str, exchange: Exchange) -> dpop.Proof | None:
        text = request.headers.get("dpop")
        if text is None:
            return None
        return dpop.verified_proof(text, request.method, self.issuer + path, exchange.nonces)

    def _exchange(self, stores: Stores, keys: KeyRing) -> Exchange:
        return Exchange(self.issuer, self.sections, self.secrets, stores, self.clock(), keys)

    def _server(self, stores: Stores, keys: KeyRing = NO_KEYS) -> AuthlibServer:
        return AuthlibServer(self._exchange(stores, keys), CODE)

    @staticmethod
    def _run(endpoint: str, request: OAuthRequest) -> None:
        for check in CHECKS[endpoint]:
            check(request)

    def _refusal(self, error: OAuth2Error, sender: Recipient) -> OAuthResponse:
        error.redirect_uri, error.state = sender.redirect_uri, sender.state
        return refusal(error, self.issuer)


def _tokens(request: OAuthRequest, exchange: Exchange) -> OAuthResponse:
    server = AuthlibServer(exchange, GRANTS[request.body_parameters["grant_type"]])
    answer: OAuthResponse = server.create_token_response(TokenRequest(request))
    return answer


def _revocation(request: OAuthRequest, exchange: Exchange) -> OAuthResponse:
    server = AuthlibServer(exchange)
    server.register_endpoint(Revocation)
    answer: OAuthResponse = server.create_endpoint_response("revocation", TokenRequest(request))
    return answer


__all__ = ["Asked", "AuthorizationEngine", "CannotRedirect"]
