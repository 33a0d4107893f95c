"""What providers read about us before they let anybody link an account there."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.usecases.description import DOCUMENT_PATH, KEYS_PATH
from app.web.services import ServicesOf

# Short, so that a new key is known soon after it is used; providers keep it longer if they like.
CACHED = {"Cache-Control": "public, max-age=600"}

router = APIRouter(include_in_schema=False)


@router.api_route(DOCUMENT_PATH, methods=["GET", "HEAD"])
async def document(services: ServicesOf) -> JSONResponse:
    """Say who we are as a client."""
    return JSONResponse(services.description.document(), headers=CACHED)


@router.api_route(KEYS_PATH, methods=["GET", "HEAD"])
async def keys(services: ServicesOf) -> JSONResponse:
    """Publish the keys by which providers know us."""
    return JSONResponse(services.description.keys(), headers=CACHED)
