"""The authorization endpoint: what a client asks a customer for (RFC 6749, section 4.1.1)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, OAuth2Request
from authlib.oauth2.rfc6749.errors import AccessDeniedError

from oauth.server.asked import Asked, understood
from oauth.server.clients import redirect_uri_matches
from oauth.server.messages import OAuthRequest, with_parameters
from oauth.server.stores import ClientRecord, CodeRecord, GrantRecord, Stores

CODE_LIFETIME = timedelta(seconds=60)
MAX_STATE_CHARACTERS = 1_024
_STATE = re.compile(rf"[\x20-\x7e]{{0,{MAX_STATE_CHARACTERS}}}")


class CannotRedirect(Exception):
    """The request names no client and redirect URI that we know: nobody may be sent anywhere."""


@dataclass(frozen=True, slots=True)
class Decided:
    """That she allowed it.

    Args:
        grant: What she gave, as it stands now.
        scope: What this request's tokens may have of it.
        auth_time: When she signed in.
    """

    grant: GrantRecord
    scope: str
    auth_time: datetime | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where errors of a request may be sent, and the state they carry back."""

    client: ClientRecord
    redirect_uri: str
    state: str | None


def recipient(request: OAuthRequest, stores: Stores) -> Recipient:
    """Find out whom an authorization request comes from, before anything else is judged.

    Raises:
        CannotRedirect: The client or its redirect URI is missing, unknown, or given twice.
    """
    client_id, redirect_uri = _only(request, "client_id"), _only(request, "redirect_uri")
    client = stores.client(client_id) if client_id.isprintable() and client_id.isascii() else None
    if client is None:
        raise CannotRedirect("The application that sent you here is not known to us.")
    if not any(redirect_uri_matches(uri, redirect_uri) for uri in client.redirect_uris):
        raise CannotRedirect("The application wants you sent back to an address it never told us.")
    states = [value for name, value in request.pairs if name == "state"]
    usable = len(states) == 1 and state_is_printable(states[0])
    return Recipient(client, redirect_uri, states[0] if usable else None)


def state_is_printable(state: str) -> bool:
    """Say whether a state has only the characters the grammar allows (RFC 6749, appendix A.5)."""
    return _STATE.fullmatch(state) is not None


class AuthorizeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    """The authorization half of the code grant."""

    asked: Asked

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, _client: object) -> str:
        """Return the redirect URI, which `recipient` has compared before.

        Authlib's own makes an error text of the URI, and a ValueError of one with a quote in it.
        """
        return str(request.payload.redirect_uri)

    def validate_requested_scope(self) -> None:
        """Judge everything it asks for against what this client is registered for."""
        client: ClientRecord = self.request.client.record
        self.asked = understood(self.request.message, client, self.server.exchange)

    def create_authorization_response(
        self, redirect_uri: str, grant_user: Decided | None
    ) -> tuple[int, str, list[tuple[str, str]]]:
        """Answer with a code, or refuse; Authlib's own would rewrite the redirect URI's query.

        Raises:
            AccessDeniedError: There is no grant.
        """
        if grant_user is None:
            raise AccessDeniedError(redirect_uri=redirect_uri)
        self.request.user = grant_user
        code = self.generate_authorization_code()
        self.save_authorization_code(code, self.request)
        state = self.request.payload.state
        answer = [("code", code), *([("state", state)] if state else [])]
        return 302, "", [("Location", with_parameters(redirect_uri, answer))]

    def generate_authorization_code(self) -> str:
        """Make a code of 256 random bits."""
        return str(self.server.exchange.secrets.new(""))

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep the code's hash, bound to the grant, the client, the URI and the challenge.

        Its scope is what was asked for, at most. What is issued for it is the part that the grant
        covers; Authlib would issue more than she gave whenever she unticked something.
        """
        exchange = self.server.exchange
        decided: Decided = request.user
        grant = decided.grant
        exchange.stores.add_code(
            CodeRecord(
                exchange.secrets.digest(code),
                grant.id,
                grant.client_id,
                request.payload.redirect_uri,
                request.payload.data["code_challenge"],
                issued_at=exchange.now,
                expires_at=exchange.now + CODE_LIFETIME,
                scope=decided.scope,
                audience=self.asked.audience,
                nonce=self.asked.nonce,
                auth_time=decided.auth_time,
                jkt=self.asked.dpop_jkt,
            )
        )


def _only(request: OAuthRequest, name: str) -> str:
    values = [value for key, value in request.pairs if key == name and value]
    if len(values) != 1:
        raise CannotRedirect(f"The application that sent you here must name its {name} once.")
    return values[0]
