"""Signing in by a link in a mail, the choice of other ways, and signing out again."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import Invalid
from app.portal.forms import Csrf
from app.portal.redirect import see, to
from app.portal.render import page
from app.web.return_to import ReturnTo
from app.web.services import Services, ServicesOf
from app.web.session import (
    MaybeSession,
    SignedInSession,
    check_csrf,
    clear_session_cookie,
    session_secret,
    set_session_cookie,
)

SIGN_IN_AGAIN_FOR = "account"
"""The page whose gravest form asks her to sign in again (step-up)."""

router = APIRouter()


@router.get("/sign-in", name="sign_in")
async def ask_for_address(
    request: Request,
    services: ServicesOf,
    session: MaybeSession,
    return_to: str = "",
    again: str = "",
) -> Response:
    """Show the form that asks for an e-mail address; who is signed in needs it now and then."""
    wanted = ReturnTo.parse(return_to)
    if session is not None and not again and wanted.page != SIGN_IN_AGAIN_FOR:
        return to(wanted.path)
    return _form(request, services, wanted)


@router.post("/sign-in")
async def send_link(
    request: Request,
    services: ServicesOf,
    email: Annotated[str, Form()] = "",
    return_to: Annotated[str, Form()] = "",
) -> Response:
    """Send a link; known and unknown addresses get the same answer."""
    wanted = ReturnTo.parse(return_to)
    try:
        await services.customers.request_sign_in(email, str(wanted))
    except Invalid as error:
        return _form(request, services, wanted, email=email, problem=error.detail)
    return page(request, "sign_in_sent.html", outbox=services.outbox is not None)


@router.get("/sign-in/{token}", name="sign_in_link")
async def open_link(request: Request, services: ServicesOf, token: str) -> Response:
    """Show a button: programs that open links in mails for a look must not use them up."""
    address = await services.customers.sign_in_link_address(token)
    return page(request, "sign_in_link.html", address=address, status=200 if address else 410)


@router.post("/sign-in/{token}")
async def use_link(request: Request, services: ServicesOf, token: str) -> Response:
    """Use the link up, begin a session in place of an earlier one, go on to where she came from."""
    signed_in = await services.customers.sign_in(token)
    earlier = session_secret(request)
    if earlier:
        await services.customers.sign_out(earlier)
    response = to(ReturnTo.parse(signed_in.return_to).path)
    set_session_cookie(request, response, signed_in.session_secret)
    return response


@router.post("/sign-out", name="sign_out")
async def sign_out(
    request: Request, services: ServicesOf, session: SignedInSession, csrf: Csrf = ""
) -> Response:
    """End this browser's session."""
    check_csrf(request, session, "sign_out", csrf)
    await services.customers.sign_out(session_secret(request) or "")
    response = see(request, "landing", "signed_out")
    clear_session_cookie(request, response)
    return response


def _form(
    request: Request,
    services: Services,
    return_to: ReturnTo,
    *,
    email: str = "",
    problem: str = "",
) -> Response:
    return page(
        request,
        "sign_in.html",
        status=422 if problem else 200,
        return_to=str(return_to),
        offered=services.openid.offered,
        email=email,
        problem=problem,
    )
