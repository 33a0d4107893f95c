"""Development only: the mail that would have been sent, with links to click."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.portal.render import page
from app.web.services import ServicesOf
from app.web.session import MaybeSession

router = APIRouter()


@router.get("/outbox", name="outbox")
async def show(request: Request, services: ServicesOf, session: MaybeSession) -> Response:
    """Show the mails, newest first; elsewhere there is no such page."""
    if services.outbox is None:
        raise NotFound("There is nothing at this address.")
    return page(request, "outbox.html", session, mails=services.outbox.mails())
