"""Her account: the address she signs in with, ending sessions, erasing everything."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import Forbidden
from app.portal.forms import Csrf
from app.portal.redirect import see
from app.portal.render import page
from app.usecases.customers import CurrentSession
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf, clear_session_cookie

FRESH_FOR = timedelta(minutes=15)
"""How long after signing in she may erase everything without doing so again (step-up)."""

router = APIRouter()


@router.get("/account", name="account")
async def show(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """Show her account."""
    return await _account(request, services, session)


@router.post("/account/sign-out-everywhere", name="sign_out_everywhere")
async def sign_out_everywhere(
    request: Request, services: ServicesOf, session: SignedInSession, csrf: Csrf = ""
) -> Response:
    """End all her sessions, this one too."""
    check_csrf(request, session, "sign_out_everywhere", csrf)
    await services.customers.sign_out_everywhere(session.customer_id)
    return _leave(request, "signed_out")


@router.get("/account/erase")
async def back_to_the_account(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address a form with a mistake was shown at."""
    return see(request, "account")


@router.post("/account/erase", name="erase")
async def erase(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    certain: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Erase everything of hers, once she has said that she is certain."""
    check_csrf(request, session, "erase", csrf)
    if not _is_fresh(services, session):
        raise Forbidden("Sign in again before you erase everything.", code="sign_in_again")
    if certain != "yes":
        problem = "Tick the box to say that you are certain."
        return await _account(request, services, session, problem=problem)
    await services.erasure.erase(session.customer_id)
    return _leave(request, "erased")


async def _account(
    request: Request, services: Services, session: CurrentSession, *, problem: str = ""
) -> Response:
    return page(
        request,
        "account.html",
        session,
        status=422 if problem else 200,
        email=await services.customers.email(session.customer_id),
        fresh=_is_fresh(services, session),
        problem=problem,
    )


def _is_fresh(services: Services, session: CurrentSession) -> bool:
    return services.clock() - session.signed_in_at <= FRESH_FOR


def _leave(request: Request, done: str) -> Response:
    response = see(request, "landing", done)
    clear_session_cookie(request, response)
    return response
