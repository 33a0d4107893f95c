"""The first page: what Milieu is, for someone who is not signed in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.portal.redirect import see
from app.portal.render import page
from app.web.services import ServicesOf
from app.web.session import MaybeSession

router = APIRouter()


@router.get("/", name="landing")
async def landing(request: Request, services: ServicesOf, session: MaybeSession) -> Response:
    """Show what Milieu is; who is signed in goes on to her context."""
    if session is not None:
        return see(request, "context")
    return page(request, "landing.html", by_email_alone=not services.openid.offered)
