"""The consent page: who asks, why, what exactly, for how long; allowing and refusing alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import Conflict
from app.portal.forms import Csrf
from app.portal.phrases import common_reason, glimpse
from app.portal.reasons import Reasons
from app.portal.redirect import see, to
from app.portal.render import page
from app.portal.words import ABSENCES, REMEDIES
from app.usecases.authorization import PendingConsent
from app.usecases.customers import CurrentSession
from app.web.services import Services, ServicesOf
from app.web.session import SignedInSession, check_csrf
from context.document import Absence, AbsenceReason, Context
from context.section import Section

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a grant may last; `span` is None until she revokes it."""

    name: str
    words: str
    span: timedelta | None


DURATIONS = (
    Duration("call", "This call (30 minutes)", timedelta(minutes=30)),
    Duration("week", "7 days", timedelta(days=7)),
    Duration("month", "30 days", timedelta(days=30)),
    Duration("year", "1 year", timedelta(days=365)),
    Duration("open", "Until I revoke", None),
)
CHOSEN = "month"
_PLAIN_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")
"""What may stand in a policy as it is; anything else could write another directive."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One section that was asked for.

    Attributes:
        section: Which.
        description: What it tells.
        glimpse: What would be seen of it now, in a line; empty if that is said for all at once.
        drawn: Whether there is something to draw.
        ticked: Whether she lets it be seen.
    """

    section: Section
    description: str
    glimpse: str
    drawn: bool
    ticked: bool


@router.get("/consent/{request_id}", name="consent")
async def ask(
    request: Request, services: ServicesOf, session: SignedInSession, request_id: str
) -> Response:
    """Show what is asked, with what it would show now."""
    try:
        pending = await services.authorization.pending(request_id)
    except Conflict:
        return see(request, "grants", "decided_before")
    return await _consent(request, services, session, request_id, pending, pending.sections)


@router.post("/consent/{request_id}")
async def decide(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    request_id: str,
    decision: Annotated[str, Form()] = "",
    sections: Annotated[list[str] | None, Form()] = None,
    duration: Annotated[str, Form()] = CHOSEN,
    csrf: Csrf = "",
) -> Response:
    """Carry out her decision and send her back to the client."""
    check_csrf(request, session, f"consent:{request_id}", csrf)
    try:
        return await _decide(
            request, services, session, request_id, decision, sections or [], duration
        )
    except Conflict:  # in another tab, or before she went back
        return see(request, "grants", "decided_before")


async def _decide(
    request: Request,
    services: Services,
    session: CurrentSession,
    request_id: str,
    decision: str,
    sections: Sequence[str],
    duration: str,
) -> Response:
    if decision == "refuse":
        return to(await services.authorization.deny(request_id, session.customer_id))
    pending = await services.authorization.pending(request_id)
    ticked = [section for section in pending.sections if section in sections]
    span = next((choice for choice in DURATIONS if choice.name == duration), None)
    if decision != "allow" or not ticked or span is None:
        problem = _problem(decision, ticked)
        return await _consent(
            request, services, session, request_id, pending, ticked, problem=problem
        )
    expires_at = None if span.span is None else services.clock() + span.span
    return to(
        await services.authorization.approve(request_id, session.customer_id, ticked, expires_at)
    )


def _problem(decision: str, ticked: Sequence[str]) -> str:
    if decision == "allow" and not ticked:
        return "Nothing is ticked. Tick what may be seen, or refuse; refusing is fine."
    return "Choose how long, and whether you allow or refuse."


async def _consent(
    request: Request,
    services: Services,
    session: CurrentSession,
    request_id: str,
    pending: PendingConsent,
    ticked: Sequence[str],
    *,
    problem: str = "",
) -> Response:
    asked = [section for section in Section if section in pending.sections]
    context = await services.contexts.preview(session.customer_id, asked)
    # Chromium applies form-action to the redirect that follows the form.
    if _PLAIN_ORIGIN.fullmatch(pending.redirect_origin):
        request.state.form_action = [pending.redirect_origin]
    return page(
        request,
        "consent.html",
        session,
        status=422 if problem else 200,
        request_id=request_id,
        email=await services.customers.email(session.customer_id),
        pending=pending,
        offers=_offers(asked, context, ticked),
        context=context,
        why=Reasons(),
        is_linked=common_reason(context, asked) is not AbsenceReason.NOTHING_LINKED,
        nothing=_nothing(context, asked),
        durations=DURATIONS,
        chosen=CHOSEN,
        problem=problem,
    )


def _nothing(context: Context, asked: Sequence[Section]) -> str:
    """Say once what holds for every section alike; empty where each has its own to say."""
    reason = common_reason(context, asked)
    if reason is None or reason is AbsenceReason.INSUFFICIENT_DATA:
        return ""
    return f"{ABSENCES[reason]} {REMEDIES[reason]}"


def _offers(asked: Sequence[Section], context: Context, ticked: Sequence[str]) -> list[Offer]:
    said_for_all = bool(_nothing(context, asked))
    return [
        Offer(
            section=section,
            description=section.description,
            glimpse="" if said_for_all else glimpse(section, context.sections[section]),
            drawn=not isinstance(context.sections[section], Absence),
            ticked=section in ticked,
        )
        for section in asked
    ]
