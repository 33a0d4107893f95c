"""Who asks: a client shows at an endpoint that it is the one it names."""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from oauth.server.assertions import (
    ASSERTION_TYPE,
    AssertionRefused,
    asserted_client,
    verified_assertion,
)
from oauth.server.dpop import check_fapi
from oauth.server.errors import InvalidDpopProof
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest
from oauth.server.stores import ClientRecord

_PRINTABLE = re.compile(r"[\x20-\x7e]+")


class ClientNotAuthenticated(InvalidClientError):  # type: ignore[misc]  # Authlib is untyped
    """The client could not be authenticated: always 401, with the scheme it may use (RFC 7617)."""

    status_code = 401

    def get_headers(self) -> list[tuple[str, str]]:
        """Add the challenge; RFC 7617 wants a realm in it."""
        plain = [pair for pair in super().get_headers() if pair[0] != "WWW-Authenticate"]
        return [*plain, ("WWW-Authenticate", 'Basic realm="oauth", charset="UTF-8"')]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client presented; neither secret nor assertion ever shows in a repr."""

    method: str
    client_id: str
    secret: str | None = None
    assertion: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.method!r}, {self.client_id!r})"


def presented_credentials(request: OAuthRequest) -> Credentials:
    """Read the client's credentials: Basic, in the body, an assertion, or none.

    Raises:
        ClientNotAuthenticated: There are none, or they are malformed.
        InvalidRequestError: There are two (RFC 6749, section 2.3).
    """
    body = request.body_parameters
    ways = {
        "client_secret_basic": "authorization" in request.headers,
        "client_secret_post": "client_secret" in body,
        "private_key_jwt": "client_assertion" in body or "client_assertion_type" in body,
    }
    used = [way for way, is_used in ways.items() if is_used]
    if len(used) > 1:
        raise InvalidRequestError("Authenticate in one way only.")
    found = _read(used[0] if used else "none", request, body)
    if body.get("client_id", found.client_id) != found.client_id:
        raise InvalidRequestError("The client_id is another than the authenticated one.")
    if not _PRINTABLE.fullmatch(found.client_id):
        raise ClientNotAuthenticated("Present the credentials of a client.")
    return found


def authenticated(
    credentials: Credentials, client: ClientRecord | None, exchange: Exchange, endpoint: str
) -> ClientRecord:
    """Return the client if the credentials are its own, and its key's proof is as it must be.

    The comparison takes the same time whether the client exists, has a secret, or another one.

    Args:
        credentials: What was presented.
        client: The client of that id; None if there is none, or it is disabled.
        exchange: The surroundings of the request.
        endpoint: Which one is asked, as the engine's table names it.

    Raises:
        ClientNotAuthenticated: They are nobody's, or those of a disabled client.
        InvalidDpopProof: It does not prove what it should.
    """
    digest = exchange.secrets.digest
    kept = (client.secret_hash if client else None) or digest("")
    matches = hmac.compare_digest(digest(credentials.secret or ""), kept)
    if client is None or not _is_own(credentials, client, exchange, secret_matches=matches):
        raise ClientNotAuthenticated(
            "The client is unknown, disabled, or its credentials are others."
        )
    _check_proof(client, exchange, endpoint)
    return client


def _is_own(
    credentials: Credentials, client: ClientRecord, exchange: Exchange, *, secret_matches: bool
) -> bool:
    if credentials.assertion is not None:
        _check_assertion(credentials.assertion, client, exchange)
        return True
    if credentials.secret is None:
        return client.is_public
    return client.secret_hash is not None and secret_matches


def _check_assertion(token: str, client: ClientRecord, exchange: Exchange) -> None:
    if client.jwks is None:
        raise ClientNotAuthenticated("The client has registered no key.")
    try:
        assertion = verified_assertion(
            token, client.id, client.jwks, exchange.issuer, exchange.now, is_fapi=client.is_fapi
        )
    except AssertionRefused as error:
        raise ClientNotAuthenticated(str(error)) from error
    if not exchange.stores.is_first_use(assertion.once, assertion.until):
        raise ClientNotAuthenticated("The client_assertion was used before; make a new one.")


def _check_proof(client: ClientRecord, exchange: Exchange, endpoint: str) -> None:
    proof = exchange.proof
    if proof is None:
        if endpoint == "token" and client.is_fapi:
            raise InvalidDpopProof("The tokens of this client are bound: send a DPoP proof")
        return
    if client.is_fapi:
        check_fapi(proof)
    # Not before it is known who asks: anybody can make proofs, and each one is remembered.
    if not exchange.stores.is_first_use(proof.once, proof.until):
        raise InvalidDpopProof("The proof was used before (jti)")


def _read(method: str, request: OAuthRequest, body: Mapping[str, str]) -> Credentials:
    if method == "client_secret_basic":
        return _basic(request.headers["authorization"])
    if method == "private_key_jwt":
        return _assertion(body)
    return Credentials(method, body.get("client_id", ""), body.get("client_secret"))


def _basic(header: str) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise ClientNotAuthenticated("Authenticate with HTTP Basic, or in the body.")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except ValueError as error:
        raise ClientNotAuthenticated("The Basic credentials are malformed.") from error
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise ClientNotAuthenticated("The Basic credentials are malformed.")
    return Credentials("client_secret_basic", unquote_plus(client_id), unquote_plus(secret))


def _assertion(body: Mapping[str, str]) -> Credentials:
    token = body.get("client_assertion")
    if body.get("client_assertion_type") != ASSERTION_TYPE or token is None:
        raise ClientNotAuthenticated(f"An assertion has the type {ASSERTION_TYPE}.")
    try:
        return Credentials("private_key_jwt", asserted_client(token), assertion=token)
    except AssertionRefused as error:
        raise ClientNotAuthenticated(str(error)) from error
