"""Her connections: linking an account, reading it again, unlinking it."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.connectors.archives.reading import LIMITS
from app.connectors.catalogue import Means
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.portal.forms import Csrf
from app.portal.notices import TROUBLE
from app.portal.redirect import see, to
from app.portal.render import page
from app.portal.states import state_words
from app.usecases.customers import CurrentSession
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What she typed into a form to link something, and what is wrong with it."""

    provider: str = ""
    address: str = ""
    problem: str = ""


NOTHING = Asked()


@router.get("/connections", name="connections")
async def show(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """List her connections, with a form to add one."""
    return await list_page(request, services, session)


@router.get("/connections/link")
async def back_to_the_list(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address a form with a mistake was shown at."""
    return see(request, "connections")


@router.post("/connections/link", name="link")
async def link(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    provider: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Send her to her provider, to allow us to read, or to the page of what she has to prove."""
    check_csrf(request, session, "link", csrf)
    try:
        if services.connections.linked_by(provider) is Means.PROOF:
            name = await services.connections.begin_proof(session.customer_id, provider, address)
            return to(str(request.app.url_path_for("proof", name=name)))
        url = await services.connections.begin_link(
            session.customer_id, session.session_hash, provider, address
        )
    except (Invalid, Unavailable) as error:
        return await list_page(request, services, session, Asked(provider, address, error.detail))
    # A page that goes on by itself, not a redirect: Chromium applies form-action to redirects, and
    # which server she would type was not known when the form's policy was written.
    host = urlsplit(url).netloc
    return page(request, "leaving.html", session, address=url, host=host)


@router.get("/connections/callback")
@router.get("/connections/callback/{place}")
async def callback(
    request: Request, services: ServicesOf, session: SignedInSession, place: str = ""
) -> Response:
    """Take her back from the provider; what went wrong there is said on the list."""
    query = dict(request.query_params)
    if len(query) < len(request.query_params.multi_items()):
        return see(request, "connections", "link_failed")  # RFC 6749, section 3.1: none twice
    try:
        await services.connections.finish_link(session.session_hash, query, place)
    except (Forbidden, Conflict, Unavailable) as error:
        return see(request, "connections", error.code if error.code in TROUBLE else "link_failed")
    return see(request, "connections", "linked")


@router.post("/connections/{connection_id}/refresh", name="refresh")
async def refresh(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    connection_id: str,
    csrf: Csrf = "",
) -> Response:
    """Have one account read again now."""
    check_csrf(request, session, "refresh", csrf)
    try:
        due_at = await services.refresh.request_refresh(session.customer_id, connection_id)
    except NotFound:
        return see(request, "connections", "unlinked_before")
    except Conflict as error:
        return see(request, "connections", error.code)
    is_now = due_at <= services.clock()
    return see(request, "connections", "refreshing" if is_now else "refreshing_later")


@router.post("/connections/{connection_id}/followers-only", name="followers_only")
async def followers_only(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    connection_id: str,
    wanted: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Read what she writes for her followers too, or no longer."""
    check_csrf(request, session, "followers_only", csrf)
    try:
        await services.connections.read_followers_only(
            session.customer_id, connection_id, wanted=wanted == "yes"
        )
    except NotFound:
        return see(request, "connections", "unlinked_before")
    return see(request, "connections", "followers_read" if wanted == "yes" else "followers_left")


@router.post("/connections/{connection_id}/unlink", name="unlink")
async def unlink(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    connection_id: str,
    csrf: Csrf = "",
) -> Response:
    """Unlink one account and delete what was counted from it."""
    check_csrf(request, session, "unlink", csrf)
    try:
        confirmed = await services.connections.unlink(session.customer_id, connection_id)
    except NotFound:
        return see(request, "connections", "unlinked_before")
    return see(request, "connections", "unlinked" if confirmed else "unlinked_here")


async def list_page(
    request: Request,
    services: Services,
    session: CurrentSession,
    asked: Asked = NOTHING,
) -> Response:
    """Show the list of her connections, and what is wrong with what she asked for, if anything.

    Args:
        request: What is answered.
        services: The use cases.
        session: Who is signed in.
        asked: What she typed, and what is wrong with it.
    """
    now = services.clock()
    connections = [
        (connection, state_words(connection, now))
        for connection in await services.connections.list(session.customer_id)
    ]
    return page(
        request,
        "connections.html",
        session,
        status=422 if asked.problem else 200,
        connections=connections,
        reading=any(state.working for _, state in connections),
        asked=asked,
        upload_at_most=LIMITS.received,
        offered=services.connections.offered,
    )
