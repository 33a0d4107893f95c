"""Health: `live` says the process answers, `ready` that it can do its work."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from app.store.customers import Customer
from app.web.direct import Direct
from app.web.services import Services, ServicesOf

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "live"})


async def _live(_request: Request, _services: Services) -> JSONResponse:
    return await live()


DIRECT = (Direct("/health/live", "GET", _live),)


@router.get("/ready")
async def ready(services: ServicesOf) -> JSONResponse:
    """Say whether the database answers too, with our tables in it."""
    try:
        async with services.database.reading() as session:
            await session.exec(select(Customer.id).limit(1))
    except (SQLAlchemyError, OSError):
        reason = "The database does not answer, or was never migrated: run `milieu migrate`."
        return JSONResponse({"status": "not ready", "reason": reason}, 503)
    return JSONResponse({"status": "ready"})
