"""Who may see part of her context, and ending it with one click."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.portal.forms import Csrf
from app.portal.redirect import see
from app.portal.render import page
from app.usecases.grants import GrantState
from app.usecases.receipts.signed import as_file
from app.web.services import ServicesOf
from app.web.session import SignedInSession, check_csrf

router = APIRouter()


@router.get("/grants", name="grants")
async def show(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """List her grants, the active ones first."""
    grants = await services.grants.list(session.customer_id)
    active = [grant for grant in grants if grant.state == GrantState.ACTIVE]
    ended = [grant for grant in grants if grant.state != GrantState.ACTIVE]
    refusals = await services.grants.refusals(session.customer_id)
    return page(request, "grants.html", session, active=active, ended=ended, refusals=refusals)


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


@router.post("/grants/{grant_id}/reconfirm", name="reconfirm")
async def reconfirm(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    grant_id: str,
    csrf: Csrf = "",
) -> Response:
    """Let a grant go on for as long as it was given for."""
    check_csrf(request, session, "reconfirm", csrf)
    try:
        await services.grants.reconfirm(session.customer_id, grant_id)
    except NotFound:
        return see(request, "grants", "revoked_before")
    return see(request, "grants", "reconfirmed")


@router.post("/grants/ask-again", name="ask_again")
async def ask_again(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    client_id: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Let a company ask although she refused it today."""
    check_csrf(request, session, "ask_again", csrf)
    await services.grants.let_ask_again(session.customer_id, client_id)
    return see(request, "grants", "may_ask_again")


@router.get("/grants/{grant_id}/receipts/{event_id}", name="receipt")
async def receipt(
    request: Request, services: ServicesOf, session: SignedInSession, grant_id: str, event_id: str
) -> Response:
    """Hand out the receipt of one step, as a file."""
    signed = await services.grants.receipt(session.customer_id, grant_id, event_id)
    keys_at = f"{services.issuer}{request.app.url_path_for('receipt_keys')}"
    return Response(
        as_file(signed, keys_at),
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="consent-receipt-{event_id}.json"',
            "Cache-Control": "no-store",
        },
    )
