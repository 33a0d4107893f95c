"""What she has to put into her page to show that it is hers, and the check of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import Conflict, Invalid, NotFound, Unavailable
from app.portal.forms import Csrf
from app.portal.redirect import see
from app.portal.render import page
from app.usecases.customers import CurrentSession
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf

router = APIRouter()


@router.get("/connections/proofs/{name}", name="proof")
async def show(
    request: Request, services: ServicesOf, session: SignedInSession, name: str
) -> Response:
    """Show what to put into her page."""
    return await _proof(request, services, session, name)


@router.post("/connections/proofs/{name}", name="check_proof")
async def check(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    name: str,
    csrf: Csrf = "",
) -> Response:
    """Look into her page; what was found instead is said on the same page."""
    check_csrf(request, session, "proof", csrf)
    try:
        await services.connections.finish_proof(session.customer_id, name)
    except NotFound:
        return see(request, "connections", "proof_over")
    except Conflict as error:
        return see(request, "connections", error.code)
    except (Invalid, Unavailable) as error:
        return await _proof(request, services, session, name, found=error.detail)
    return see(request, "connections", "linked")


async def _proof(
    request: Request, services: Services, session: CurrentSession, name: str, found: str = ""
) -> Response:
    try:
        proof = await services.connections.proof(session.customer_id, name)
    except NotFound:
        return see(request, "connections", "proof_over")
    return page(
        request,
        "proof.html",
        session,
        status=422 if found else 200,
        name=name,
        proof=proof,
        found=found,
    )
