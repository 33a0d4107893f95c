"""Authorize, token, revoke, metadata and keys: each parses, asks the use case, and answers."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.errors import NotFound
from app.web.direct import Direct, Incoming, Outgoing, incoming_of
from app.web.services import Services, ServicesOf
from oauth.server.messages import OAuthRequest, OAuthResponse, redirect
from oauth.server.metadata import (
    AUTHORIZE_PATH,
    DISCOVERY_PATH,
    GRANTS_PATH,
    INTROSPECT_PATH,
    JWKS_PATH,
    METADATA_PATH,
    PAR_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
)
from oauth.server.resources import RESOURCE_METADATA_PATH

CONSENT_PATH = "/consent/"
RECEIPT_KEYS_PATH = "/receipts/jwks"
Ask = Callable[[Services, OAuthRequest], Awaitable[OAuthResponse]]
READ = ["GET", "HEAD"]
PUBLIC_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}

router = APIRouter(include_in_schema=False)


async def _begin(services: Services, request: OAuthRequest) -> OAuthResponse:
    outcome = await services.authorization.begin(request)
    return redirect(CONSENT_PATH + outcome) if isinstance(outcome, str) else outcome


def _endpoint(path: str, method: str, ask: Ask) -> Direct:
    async def endpoint(incoming: Incoming, services: Services) -> Outgoing:
        return _wire(await ask(services, _parsed(incoming)))

    return Direct(path, method, endpoint)


DIRECT = (
    _endpoint(AUTHORIZE_PATH, "GET", _begin),
    _endpoint(PAR_PATH, "POST", lambda services, asked: services.authorization.push(asked)),
    _endpoint(TOKEN_PATH, "POST", lambda services, asked: services.authorization.token(asked)),
    _endpoint(
        INTROSPECT_PATH, "POST", lambda services, asked: services.authorization.introspect(asked)
    ),
    _endpoint(REVOKE_PATH, "POST", lambda services, asked: services.authorization.revoke(asked)),
)
"""What machines ask most."""

for _one in DIRECT:
    router.add_api_route(_one.path, _one.usual, methods=[_one.method])


@router.post(AUTHORIZE_PATH)
async def authorize(request: Request, services: ServicesOf) -> Response:
    """Take an authorization request that came as a form."""
    return _http(await _begin(services, await _read(request)))


@router.get(USERINFO_PATH)
@router.post(USERINFO_PATH)
async def userinfo(request: Request, services: ServicesOf) -> Response:
    """Say who signed in, by the name that only this client knows."""
    return _http(await services.authorization.userinfo(await _read(request)))


@router.get(GRANTS_PATH + "/{grant_id}")
async def show_grant(request: Request, services: ServicesOf, grant_id: str) -> Response:
    """Say what a grant covers."""
    return _http(await services.managed_grants.show(await _read(request), grant_id))


@router.get(GRANTS_PATH + "/{grant_id}/receipts")
async def receipts(request: Request, services: ServicesOf, grant_id: str) -> Response:
    """Return the receipts of a grant."""
    return _http(await services.managed_grants.receipts(await _read(request), grant_id))


@router.delete(GRANTS_PATH + "/{grant_id}")
async def revoke_grant(request: Request, services: ServicesOf, grant_id: str) -> Response:
    """End a grant."""
    return _http(await services.managed_grants.revoke(await _read(request), grant_id))


@router.api_route(RECEIPT_KEYS_PATH, methods=READ)
async def receipt_keys(services: ServicesOf) -> Response:
    """Publish every key that ever signed a receipt."""
    return _public(await services.signing_keys.archive())


@router.api_route(METADATA_PATH, methods=READ)
@router.api_route(DISCOVERY_PATH, methods=READ)
async def metadata(services: ServicesOf) -> Response:
    """Describe the authorization server."""
    return _public(services.authorization.metadata())


@router.api_route(RESOURCE_METADATA_PATH + "/{path:path}", methods=READ)
async def resource_metadata(services: ServicesOf, path: str) -> Response:
    """Describe a protected resource."""
    document = services.authorization.resource_metadata(f"/{path}")
    if document is None:
        raise NotFound("There is no such protected resource.")
    return _public(document)


@router.api_route(JWKS_PATH, methods=READ)
async def jwks(services: ServicesOf) -> Response:
    """Publish the signing keys."""
    return _public(await services.authorization.jwks())


async def _read(request: Request) -> OAuthRequest:
    return _parsed(await incoming_of(request))


def _http(answer: OAuthResponse) -> Response:
    return _wire(answer).response()


def _parsed(incoming: Incoming) -> OAuthRequest:
    headers = (
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in incoming.headers
    )
    return OAuthRequest.parse(incoming.method, headers, incoming.query, incoming.body)


def _wire(answer: OAuthResponse) -> Outgoing:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.body is not None:
        return Outgoing.of_json(answer.status, headers, answer.body)
    if answer.text is not None and answer.media_type is not None:
        return Outgoing.of(answer.status, headers, answer.text.encode(), answer.media_type.encode())
    return Outgoing.empty(answer.status, headers)


def _public(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers=PUBLIC_FOR_AN_HOUR)
