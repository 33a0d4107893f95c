"""Health: `live` says the process answers, `ready` that it can do its work."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from app.store.customers import Customer
from app.usecases.reencryption import OtherMasterKey
from app.web.direct import Direct, Incoming, Outgoing
from app.web.services import Services, ServicesOf

router = APIRouter(prefix="/health", include_in_schema=False)


async def _live(_request: Incoming, _services: Services) -> Outgoing:
    return LIVE


LIVE = Outgoing.of_json(200, [], {"status": "live"})
DIRECT = (Direct("/health/live", "GET", _live),)


@router.api_route("/live", methods=["GET", "HEAD"])
async def live(request: Request) -> Response:
    """Say that the process answers."""
    return await DIRECT[0].usual(request)


@router.api_route("/ready", methods=["GET", "HEAD"])
async def ready(services: ServicesOf) -> JSONResponse:
    """Say whether the database answers too, with our tables in it."""
    try:
        async with services.database.reading() as session:
            await session.exec(select(Customer.id).limit(1))
        await services.reencryption.check_once()
    except OtherMasterKey as error:
        return JSONResponse({"status": "not ready", "reason": error.detail}, 503)
    except (SQLAlchemyError, OSError):
        reason = "The database does not answer, or was never migrated: run `milieu migrate`."
        return JSONResponse({"status": "not ready", "reason": reason}, 503)
    return JSONResponse({"status": "ready"})
