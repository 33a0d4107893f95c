"""The access log: who looked, when, why, and what was shown."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.portal.render import page
from app.web.services import ServicesOf
from app.web.session import SignedInSession

router = APIRouter()


@router.get("/accesses", name="accesses")
async def show(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    before: str | None = None,
) -> Response:
    """Show a page of the log, newest first."""
    log = await services.accesses.list(session.customer_id, before)
    return page(request, "accesses.html", session, log=log, paged=before is not None)
