"""Clients at the border: who asks, and where a browser may be sent back to."""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus, urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from oauth.server.assertions import (
    ASSERTION_TYPE,
    AssertionRefused,
    asserted_client,
    verified_assertion,
)
from oauth.server.messages import OAuthRequest
from oauth.server.stores import ClientRecord, Stores

_LOOPBACK_IP = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?([/?].*)?")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


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


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes to tell who a client is.

    Args:
        stores: Where clients are found, and what was used before.
        digest: How secrets are hashed for storage.
        issuer: Our issuer identifier, which assertions must name.
        now: The present.
    """

    stores: Stores
    digest: Callable[[str], str]
    issuer: str
    now: datetime


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


def _read(method: str, request: OAuthRequest, body: Mapping[str, str]) -> Credentials:
    if method == "client_secret_basic":
        return _basic(request.headers["authorization"])
    if method == "private_key_jwt":
        return _assertion(body)
    return Credentials(method, body.get("client_id", ""), body.get("client_secret"))


def authenticated(credentials: Credentials, door: Door) -> ClientRecord:
    """Return the client whose credentials these are.

    The comparison takes the same time whether the client exists, has a secret, or another one.

    Args:
        credentials: What was presented.
        door: What it takes to judge them.

    Raises:
        ClientNotAuthenticated: They are nobody's, or those of a disabled client.
    """
    client = door.stores.client(credentials.client_id)
    kept = (client.secret_hash if client else None) or door.digest("")
    matches = hmac.compare_digest(door.digest(credentials.secret or ""), kept)
    if client is not None:
        if credentials.assertion is not None:
            _check_assertion(credentials.assertion, client, door)
            return client
        if client.is_public and credentials.secret is None:
            return client
        if client.secret_hash is not None and credentials.secret is not None and matches:
            return client
    raise ClientNotAuthenticated("The client is unknown, disabled, or its credentials are others.")


def _check_assertion(token: str, client: ClientRecord, door: Door) -> None:
    if client.jwks is None:
        raise ClientNotAuthenticated("The client has registered no key.")
    try:
        assertion = verified_assertion(
            token, client.id, client.jwks, door.issuer, door.now, is_fapi=client.is_fapi
        )
    except AssertionRefused as error:
        raise ClientNotAuthenticated(str(error)) from error
    if not door.stores.is_first_use(assertion.once, assertion.until):
        raise ClientNotAuthenticated("The client_assertion was used before; make a new one.")


def redirect_uri_matches(registered: str, presented: str) -> bool:
    """Compare redirect URIs character by character (RFC 9700, section 4.1.3).

    The port of a loopback address may differ, since an app on a device takes the one that is
    free (RFC 8252, section 7.3).
    """
    if registered == presented:
        return True
    ours, theirs = _LOOPBACK_IP.fullmatch(registered), _LOOPBACK_IP.fullmatch(presented)
    return ours is not None and theirs is not None and ours.groups() == theirs.groups()


def redirect_uri_fault(uri: str) -> str | None:
    """Say why a URI cannot be registered to redirect to, or None when it can."""
    if not _PRINTABLE.fullmatch(uri) or " " in uri or "\\" in uri:
        return "it has characters that no address has."
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "it is no address."
    if not host or "@" in parts.netloc or "*" in uri or "#" in uri:
        return "it needs a host, and no user, fragment or wildcard."
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL_HOSTS):
        return None
    return "it must be https, or http on this device (127.0.0.1, [::1], localhost)."


class AuthlibClient(ClientMixin):  # type: ignore[misc]  # Authlib is untyped
    """A client as Authlib's grants want to see it."""

    def __init__(self, record: ClientRecord) -> None:
        self.record = record

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scope unchanged: `oauth.server.scopes` has judged it.

        Authlib refuses None, which a request is free to send whose details name the sections.
        """
        return scope or ""

    def check_response_type(self, response_type: str) -> bool:
        """Say whether it may use this response type."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether it may use this grant type: a public client cannot act by itself."""
        return not (self.record.is_public and grant_type == "client_credentials")


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
