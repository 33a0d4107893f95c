"""Who may see part of her context, and ending it with one click."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.portal.forms import Csrf
from app.portal.redirect import see
from app.portal.render import page
from app.usecases.grants import GrantState
from app.web.services import ServicesOf
from app.web.session import SignedInSession, check_csrf

router = APIRouter()


@router.get("/grants", name="grants")
async def show(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """List her grants, the active ones first."""
    grants = await services.grants.list(session.customer_id)
    active = [grant for grant in grants if grant.state == GrantState.ACTIVE]
    ended = [grant for grant in grants if grant.state != GrantState.ACTIVE]
    return page(request, "grants.html", session, active=active, ended=ended)


@router.post("/grants/{grant_id}/revoke", name="revoke")
async def revoke(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    grant_id: str,
    csrf: Csrf = "",
) -> Response:
    """End one grant; when this has answered, every further read is refused."""
    check_csrf(request, session, "revoke", csrf)
    try:
        await services.grants.revoke(session.customer_id, grant_id)
    except NotFound:  # in another tab, or by itself
        return see(request, "grants", "revoked_before")
    return see(request, "grants", "revoked")
