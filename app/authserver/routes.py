"""Authorize, token, revoke, metadata and keys: each parses, asks the use case, and answers."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.errors import NotFound
from app.web.direct import Direct
from app.web.services import ServicesOf
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
PUBLIC_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}

router = APIRouter(include_in_schema=False)


@router.get(AUTHORIZE_PATH)
@router.post(AUTHORIZE_PATH)
async def authorize(request: Request, services: ServicesOf) -> Response:
    """Take an authorization request, and send her to the consent page."""
    outcome = await services.authorization.begin(await _parsed(request))
    if isinstance(outcome, str):
        outcome = redirect(CONSENT_PATH + outcome)
    return _http(outcome)


@router.post(TOKEN_PATH)
async def token(request: Request, services: ServicesOf) -> Response:
    """Exchange a code, a refresh token or a client's credentials for tokens."""
    return _http(await services.authorization.token(await _parsed(request)))


@router.post(PAR_PATH)
async def push(request: Request, services: ServicesOf) -> Response:
    """Take a pushed authorization request."""
    return _http(await services.authorization.push(await _parsed(request)))


@router.post(INTROSPECT_PATH)
async def introspect(request: Request, services: ServicesOf) -> Response:
    """Say what a token is good for."""
    return _http(await services.authorization.introspect(await _parsed(request)))


@router.get(USERINFO_PATH)
@router.post(USERINFO_PATH)
async def userinfo(request: Request, services: ServicesOf) -> Response:
    """Say who signed in, by the name that only this client knows."""
    return _http(await services.authorization.userinfo(await _parsed(request)))


@router.post(REVOKE_PATH)
async def revoke(request: Request, services: ServicesOf) -> Response:
    """Revoke a token."""
    return _http(await services.authorization.revoke(await _parsed(request)))


DIRECT = (
    Direct(AUTHORIZE_PATH, "GET", authorize),
    Direct(PAR_PATH, "POST", push),
    Direct(TOKEN_PATH, "POST", token),
    Direct(INTROSPECT_PATH, "POST", introspect),
    Direct(REVOKE_PATH, "POST", revoke),
)
"""What machines ask most."""


@router.get(GRANTS_PATH + "/{grant_id}")
async def show_grant(request: Request, services: ServicesOf, grant_id: str) -> Response:
    """Say what a grant covers."""
    return _http(await services.managed_grants.show(await _parsed(request), grant_id))


@router.get(GRANTS_PATH + "/{grant_id}/receipts")
async def receipts(request: Request, services: ServicesOf, grant_id: str) -> Response:
    """Return the receipts of a grant."""
    return _http(await services.managed_grants.receipts(await _parsed(request), grant_id))


@router.delete(GRANTS_PATH + "/{grant_id}")
async def revoke_grant(request: Request, services: ServicesOf, grant_id: str) -> Response:
    """End a grant."""
    return _http(await services.managed_grants.revoke(await _parsed(request), grant_id))


@router.get(RECEIPT_KEYS_PATH)
async def receipt_keys(services: ServicesOf) -> Response:
    """Publish every key that ever signed a receipt."""
    return _public(await services.signing_keys.archive())


@router.get(METADATA_PATH)
@router.get(DISCOVERY_PATH)
async def metadata(services: ServicesOf) -> Response:
    """Describe the authorization server."""
    return _public(services.authorization.metadata())


@router.get(RESOURCE_METADATA_PATH + "/{path:path}")
async def resource_metadata(services: ServicesOf, path: str) -> Response:
    """Describe a protected resource."""
    document = services.authorization.resource_metadata(f"/{path}")
    if document is None:
        raise NotFound("There is no such protected resource.")
    return _public(document)


@router.get(JWKS_PATH)
async def jwks(services: ServicesOf) -> Response:
    """Publish the signing keys."""
    return _public(await services.authorization.jwks())


async def _parsed(request: Request) -> OAuthRequest:
    return OAuthRequest.parse(
        request.method, request.headers.items(), request.scope["query_string"], await request.body()
    )


def _http(answer: OAuthResponse) -> Response:
    headers = dict(answer.headers)
    if answer.text is not None:
        return Response(answer.text, answer.status, headers, answer.media_type)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers)


def _public(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers=PUBLIC_FOR_AN_HOUR)
