"""Health: `live` says the process answers, `ready` that it can do its work."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.web.services import ServicesOf

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "live"})


@router.get("/ready")
async def ready(services: ServicesOf) -> JSONResponse:
    """Say whether the database answers too."""
    try:
        async with services.database.reading() as session:
            await (await session.connection()).execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return JSONResponse({"status": "not ready", "reason": "database"}, 503)
    return JSONResponse({"status": "ready"})
