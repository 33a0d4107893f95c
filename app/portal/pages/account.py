"""Her account: her ways to sign in, ending sessions, erasing everything."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.portal.forms import Csrf
from app.portal.redirect import see
from app.portal.render import page
from app.portal.step_up import check_fresh, is_fresh
from app.usecases.customers import CurrentSession
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf, clear_session_cookie

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong with a form of the page, and what was typed into it."""

    certain: str = ""
    email: str = ""
    email_problem: str = ""
    code: str = ""


NONE = Problems()


@router.get("/account", name="account")
async def show(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """Show her account."""
    return await account_page(request, services, session)


@router.post("/account/sign-out-everywhere", name="sign_out_everywhere")
async def sign_out_everywhere(
    request: Request, services: ServicesOf, session: SignedInSession, csrf: Csrf = ""
) -> Response:
    """End all her sessions, this one too."""
    check_csrf(request, session, "sign_out_everywhere", csrf)
    await services.customers.sign_out_everywhere(session.customer_id)
    return leave(request, "signed_out")


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
    check_fresh(services, session)
    if certain != "yes":
        problems = Problems(certain="Tick the box to say that you are certain.")
        return await account_page(request, services, session, problems)
    await services.erasure.erase(session.customer_id)
    return leave(request, "erased")


async def account_page(
    request: Request, services: Services, session: CurrentSession, problems: Problems = NONE
) -> Response:
    """Render her account, with what is wrong with a form of it.

    Args:
        request: What is answered.
        services: The use cases.
        session: Who she is.
        problems: With a form.
    """
    return page(
        request,
        "account.html",
        session,
        status=422 if problems != NONE else 200,
        ways=await services.ways_in.list(session.customer_id),
        offered=services.openid.offered,
        fresh=is_fresh(services, session),
        merge=await services.merging.view(session.customer_id),
        merged=await services.unmerging.list(session.customer_id),
        problems=problems,
    )


def leave(request: Request, done: str) -> Response:
    """Send her out, to a page that says what was done."""
    response = see(request, "landing", done)
    clear_session_cookie(request, response)
    return response
