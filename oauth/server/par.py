"""Pushed authorization requests (RFC 9126): judged before any browser is involved."""

from datetime import timedelta

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from oauth.server.asked import Asked
from oauth.server.authentication import authenticated, presented_credentials
from oauth.server.authlib import CODE, AuthlibRequest, AuthlibServer
from oauth.server.authorize import CannotRedirect, recipient
from oauth.server.errors import InvalidDpopProof
from oauth.server.exchange import Exchange
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.stores import ClientRecord, PushedRecord
from oauth.server.waiting import opened, sealed

LIFETIME = timedelta(seconds=60)
URI_PREFIX = "urn:ietf:params:oauth:request_uri:"
_CLIENT_AUTHENTICATION = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


def push(request: OAuthRequest, exchange: Exchange) -> OAuthResponse:
    """Keep a request for a minute, under an address that nobody can guess.

    Args:
        request: The client's credentials, and what it would else send through the browser.
        exchange: The surroundings of the request.

    Raises:
        OAuth2Error: The client is another, or asks for what it may not ask for.
    """
    credentials = presented_credentials(request)
    found = exchange.stores.client(credentials.client_id)
    client = authenticated(credentials, found, exchange, "par")
    asked = _asked(request, client, exchange)
    if exchange.jkt is not None and asked.dpop_jkt not in {None, exchange.jkt}:
        raise InvalidDpopProof("The dpop_jkt is not the key of the proof")
    parameters = dict(asked.parameters)
    if exchange.jkt is not None:
        parameters["dpop_jkt"] = exchange.jkt
    uri = exchange.secrets.new(URI_PREFIX)
    digest = exchange.secrets.digest(uri)
    kept = sealed(parameters, _place(digest), exchange.secrets)
    exchange.stores.add_pushed(PushedRecord(digest, client.id, kept, exchange.now + LIFETIME))
    lasts = int(LIFETIME.total_seconds())
    return OAuthResponse(201, body={"request_uri": uri, "expires_in": lasts})


def pushed(request: OAuthRequest, exchange: Exchange) -> OAuthRequest:
    """Return the request that a browser brings by its address alone; it is used up by that.

    Raises:
        CannotRedirect: There is none of this client, or not any more.
    """
    uris, ids = request.all("request_uri"), request.all("client_id")
    found = None
    if len(uris) == 1:
        found = exchange.stores.take_pushed(exchange.secrets.digest(uris[0]))
    if found is None or found.expires_at <= exchange.now or ids != [found.client_id]:
        raise CannotRedirect(
            "This request has expired, or was used before. Go back to the application and start "
            "again from there."
        )
    parameters = opened(found.sealed_parameters, _place(found.uri_hash), exchange.secrets)
    return OAuthRequest("POST", request.headers, form=tuple(parameters.items()))


def _place(uri_hash: str) -> str:
    return f"pushed_requests.sealed_parameters:{uri_hash}"


def _asked(request: OAuthRequest, client: ClientRecord, exchange: Exchange) -> Asked:
    named = [pair for pair in request.form or () if pair[0] not in _CLIENT_AUTHENTICATION]
    if "client_id" not in dict(named):
        named.append(("client_id", client.id))
    alone = OAuthRequest("POST", form=named)
    try:
        recipient(alone, exchange.stores)
    except CannotRedirect as error:
        raise InvalidRequestError(
            "The redirect_uri is missing, or not one of those that are registered"
        ) from error
    try:
        asked: Asked = AuthlibServer(exchange, CODE).get_consent_grant(AuthlibRequest(alone)).asked
    except OAuth2Error as error:
        error.redirect_uri = None  # There is no browser here that could be sent anywhere.
        raise
    return asked
