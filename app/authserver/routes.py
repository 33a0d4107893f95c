"""Authorize, token, revoke, metadata and keys: each parses, asks the use case, and answers."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.web.direct import Direct
from app.web.services import ServicesOf
from oauth.server.messages import OAuthRequest, OAuthResponse, redirect
from oauth.server.metadata import (
    AUTHORIZE_PATH,
    JWKS_PATH,
    METADATA_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
)

CONSENT_PATH = "/consent/"
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


@router.post(REVOKE_PATH)
async def revoke(request: Request, services: ServicesOf) -> Response:
    """Revoke a token."""
    return _http(await services.authorization.revoke(await _parsed(request)))


DIRECT = (Direct(TOKEN_PATH, "POST", token), Direct(REVOKE_PATH, "POST", revoke))
"""What machines ask, without a person in front."""


@router.get(METADATA_PATH)
async def metadata(services: ServicesOf) -> Response:
    """Describe the authorization server."""
    return _public(services.authorization.metadata())


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
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers)


def _public(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers=PUBLIC_FOR_AN_HOUR)
