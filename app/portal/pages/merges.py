"""Merging two accounts of one person: confirmed on both sides, and undone with one click."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import Conflict, Invalid, NotFound
from app.portal.forms import Csrf
from app.portal.pages.account import Problems, account_page, leave
from app.portal.redirect import see
from app.portal.render import page
from app.portal.step_up import check_fresh, is_fresh
from app.usecases.customers import CurrentSession
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf

DECISION = "grant_"
"""Before a grant's id: the field in which she decides about it."""
GOES_ON, ENDS = "goes_on", "ends"

router = APIRouter()


@router.get("/account/merge", name="merge")
async def show(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """Show the merge that waits for her, or for her other account."""
    return await _merge(request, services, session)


@router.post("/account/merge/offer", name="offer_merge")
async def offer(
    request: Request, services: ServicesOf, session: SignedInSession, csrf: Csrf = ""
) -> Response:
    """Begin a merge into this account."""
    check_csrf(request, session, "offer_merge", csrf)
    check_fresh(services, session)
    await services.merging.offer(session.customer_id)
    return see(request, "merge")


@router.get("/account/merge/claim")
async def back_to_the_account(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address a form with a mistake was shown at."""
    return see(request, "account")


@router.post("/account/merge/claim", name="claim_merge")
async def claim(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    code: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Take the code that the account that is to stay has shown."""
    check_csrf(request, session, "claim_merge", csrf)
    check_fresh(services, session)
    try:
        await services.merging.claim(session.customer_id, code)
    except (Invalid, Conflict) as error:
        return await account_page(request, services, session, Problems(code=error.detail))
    return see(request, "merge")


@router.post("/account/merge/accept", name="accept_merge")
async def accept(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    plan: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Agree, as the account that passes into the other."""
    check_csrf(request, session, "accept_merge", csrf)
    check_fresh(services, session)
    try:
        await services.merging.accept(session.customer_id, plan)
    except NotFound:
        return see(request, "account", "merge_over")
    except Conflict as error:
        return see(request, "merge", error.code)
    return see(request, "merge")


@router.get("/account/merge/confirm")
async def back_to_the_merge(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address a form with a mistake was shown at."""
    return see(request, "merge")


@router.post("/account/merge/confirm", name="confirm_merge")
async def confirm(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    plan: Annotated[str, Form()] = "",
    csrf: Csrf = "",
) -> Response:
    """Merge, as the account that stays."""
    check_csrf(request, session, "confirm_merge", csrf)
    check_fresh(services, session)
    decided = {
        name.removeprefix(DECISION): value
        for name, value in (await request.form()).items()
        if name.startswith(DECISION)
    }
    try:
        await services.merging.confirm(
            session.customer_id,
            plan,
            [grant_id for grant_id, decision in decided.items() if decision == GOES_ON],
            [grant_id for grant_id, decision in decided.items() if decision == ENDS],
        )
    except NotFound:
        return see(request, "account", "merge_over")
    except Conflict as error:
        return see(request, "merge", error.code)
    except Invalid as error:
        return await _merge(request, services, session, decided, error.detail)
    return see(request, "account", "merged")


@router.post("/account/merge/stop", name="stop_merge")
async def stop(
    request: Request, services: ServicesOf, session: SignedInSession, csrf: Csrf = ""
) -> Response:
    """Give up the merge that waits, from either side."""
    check_csrf(request, session, "stop_merge", csrf)
    stopped = await services.merging.cancel(session.customer_id)
    return see(request, "account", "merge_stopped" if stopped else "merge_over")


@router.post("/account/merge/{merge_id}/undo", name="undo_merge")
async def undo(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    merge_id: str,
    csrf: Csrf = "",
) -> Response:
    """Part two accounts again; she signs in anew, to the one of the two she wants."""
    check_csrf(request, session, "undo_merge", csrf)
    check_fresh(services, session)
    try:
        await services.unmerging.undo(session.customer_id, merge_id)
    except NotFound:
        return see(request, "account", "undo_over")
    return leave(request, "parted")


async def _merge(
    request: Request,
    services: Services,
    session: CurrentSession,
    decided: Mapping[str, object] | None = None,
    problem: str = "",
) -> Response:
    merge = await services.merging.view(session.customer_id)
    if merge is None:
        return see(request, "account", request.query_params.get("done", ""))
    return page(
        request,
        "merge.html",
        session,
        status=422 if problem else 200,
        merge=merge,
        names=[way.name for way in await services.ways_in.list(session.customer_id)],
        fresh=is_fresh(services, session),
        decided=decided or {},
        problem=problem,
    )
