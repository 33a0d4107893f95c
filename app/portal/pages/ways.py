"""Her ways to sign in: an address more, or one way less."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.portal.forms import Csrf
from app.portal.pages.account import Problems, account_page
from app.portal.redirect import see
from app.portal.render import page
from app.portal.step_up import check_fresh
from app.web.services import ServicesOf
from app.web.session import SignedInSession, check_csrf

router = APIRouter()


@router.get("/account/addresses")
async def back_to_the_account(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address a form with a mistake was shown at."""
    return see(request, "account")


@router.post("/account/addresses", name="add_address")
async def send_link(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    email: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Send a link to an address that she wants to sign in by too."""
    check_csrf(request, session, "ways", csrf)
    check_fresh(services, session)
    try:
        await services.customers.request_address(session.customer_id, email)
    except Invalid as error:
        problems = Problems(email=email, email_problem=error.detail)
        return await account_page(request, services, session, problems)
    return see(request, "account", "address_asked")


@router.get("/account/addresses/{token}", name="address_link")
async def open_link(
    request: Request, services: ServicesOf, session: SignedInSession, token: str
) -> Response:
    """Show a button: programs that open links in mails for a look must not use them up."""
    address = await services.ways_in.address_to_add(session.customer_id, token)
    status = 200 if address else 410
    return page(request, "address_link.html", session, status=status, address=address, token=token)


@router.post("/account/addresses/{token}")
async def use_link(
    request: Request, services: ServicesOf, session: SignedInSession, token: str, csrf: Csrf = ""
) -> Response:
    """Add the address; she signed in a moment ago, when she asked for the link."""
    check_csrf(request, session, "ways", csrf)
    try:
        await services.ways_in.add_address(session.customer_id, token)
    except (Forbidden, Conflict) as error:
        return see(request, "account", error.code)
    return see(request, "account", "way_added")


@router.post("/account/ways/{way_id}/remove", name="remove_way")
async def remove(
    request: Request, services: ServicesOf, session: SignedInSession, way_id: str, csrf: Csrf = ""
) -> Response:
    """Take one way to sign in away; never the last."""
    check_csrf(request, session, "ways", csrf)
    check_fresh(services, session)
    try:
        await services.ways_in.remove(session, way_id)
    except NotFound:
        return see(request, "account", "way_gone_before")
    except Conflict as error:
        return see(request, "account", error.code)
    return see(request, "account", "way_removed")
