"""The consent page: who asks, why, what exactly, for how long; allowing and refusing alike."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Form as FormField
from fastapi.responses import Response

from app.errors import Conflict
from app.portal.forms import Csrf
from app.portal.phrases import common_reason, glimpse
from app.portal.reasons import Reasons
from app.portal.redirect import see, to
from app.portal.render import page
from app.portal.words import ABSENCES, REMEDIES
from app.usecases.asking import PendingConsent
from app.usecases.customers import CurrentSession
from app.usecases.durations import Duration, offered
from app.usecases.giving import Choice
from app.usecases.receipts.facts import Notice
from app.web.return_to import ReturnTo
from app.web.services import Services, ServicesOf
from app.web.session import MaybeSession, SignedInSession, SignInNeeded, check_csrf
from context.document import Absence, AbsenceReason, Context
from context.section import Section

router = APIRouter()

AGAINST_MARKETING = (
    "Your browser asks companies not to market to you. Tick that you allow it all the same, or "
    "refuse."
)

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


@dataclass(frozen=True, slots=True)
class Form:
    """What she chose so far, to be shown again when something is missing.

    Attributes:
        ticked: Sections.
        duration: Name of a duration.
        despite_gpc: Whether marketing is to be allowed although her browser asks against it.
        problem: What is missing.
    """

    ticked: Sequence[str]
    duration: str
    despite_gpc: bool = False
    problem: str = ""


@router.get("/consent/{request_id}", name="consent")
async def ask(
    request: Request, services: ServicesOf, session: MaybeSession, request_id: str
) -> Response:
    """Show what is asked, with what it would show now; unless she need not be asked."""
    try:
        location = await services.consents.settled(request_id, session, gpc=_has_gpc(request))
        if location is not None:
            return to(location)
        if session is None:
            raise SignInNeeded(ReturnTo.of(request))
        pending = await services.consents.pending(request_id, session.customer_id)
    except Conflict:
        return see(request, "grants", "decided_before")
    if pending.fresh_since is not None and session.signed_in_at < pending.fresh_since:
        raise SignInNeeded(ReturnTo.of(request), again=True)
    _, usual = _durations(services, pending)
    before = () if _is_against_marketing(request, pending) else pending.before
    return await _consent(request, services, session, request_id, pending, Form(before, usual.name))


@router.post("/consent/{request_id}")
async def decide(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    request_id: str,
    decision: Annotated[str, FormField()] = "",
    sections: Annotated[list[str] | None, FormField()] = None,
    duration: Annotated[str, FormField()] = "",
    despite_gpc: Annotated[bool, FormField()] = False,  # noqa: FBT002 - a tick in a form
    csrf: Csrf = "",
) -> Response:
    """Carry out her decision and send her back to the client."""
    check_csrf(request, session, f"consent:{request_id}", csrf)
    form = Form(sections or [], duration, despite_gpc)
    try:
        if decision == "refuse":
            return to(await services.consents.deny(request_id, session))
        return await _allow(request, services, session, request_id, decision, form)
    except Conflict:  # in another tab, or before she went back
        return see(request, "grants", "decided_before")


async def _allow(
    request: Request,
    services: Services,
    session: CurrentSession,
    request_id: str,
    decision: str,
    form: Form,
) -> Response:
    pending = await services.consents.pending(request_id, session.customer_id)
    wanted = pending.sections if decision == "allow_all" else form.ticked
    ticked = [section for section in pending.sections if section in wanted]
    choices, _ = _durations(services, pending)
    chosen = next((choice for choice in choices if choice.name == form.duration), None)
    against = _is_against_marketing(request, pending)
    problem = _problem(pending, decision, ticked)
    if against and not form.despite_gpc:
        problem = AGAINST_MARKETING
    if problem or chosen is None:
        again = replace(form, ticked=ticked, problem=problem or "Choose for how long.")
        return await _consent(request, services, session, request_id, pending, again)
    choice = Choice(
        ticked,
        services.clock() + chosen.span,
        is_single_call=chosen.is_single_call,
        lasts_days=chosen.lasts_days,
        gpc=_has_gpc(request),
        despite_gpc=form.despite_gpc,
        notice=_notice(pending),
    )
    return to(await services.consents.approve(request_id, session, choice))


def _problem(pending: PendingConsent, decision: str, ticked: Sequence[str]) -> str:
    if decision not in {"allow", "allow_all"}:
        return "Choose whether you allow or refuse."
    if not ticked and not pending.signs_in:
        return "Nothing is ticked. Tick what may be seen, or refuse; refusing is fine."
    return ""


def _notice(pending: PendingConsent) -> Notice:
    """Tell what she read: who asks, what for, and what each part is."""
    said = [pending.client_name, pending.client_host, pending.purpose_label]
    said += [section.description for section in Section if section in pending.sections]
    said += [str(section) for section in pending.kept]
    said += [term for terms in pending.lens.values() for term in terms]
    said += [pending.external_id or "", pending.duration or ""]
    return Notice("en", hashlib.sha256("\n".join(said).encode()).hexdigest())


def _has_gpc(request: Request) -> bool:
    return request.headers.get("sec-gpc") == "1"


def _is_against_marketing(request: Request, pending: PendingConsent) -> bool:
    return pending.is_marketing and _has_gpc(request)


async def _consent(
    request: Request,
    services: Services,
    session: CurrentSession,
    request_id: str,
    pending: PendingConsent,
    form: Form,
) -> Response:
    asked = [section for section in Section if section in pending.sections]
    context = await services.contexts.preview(session.customer_id, asked)
    # Chromium applies form-action to the redirect that follows the form.
    if _PLAIN_ORIGIN.fullmatch(pending.redirect_origin):
        request.state.form_action = [pending.redirect_origin]
    choices, _ = _durations(services, pending)
    return page(
        request,
        "consent.html",
        session,
        status=422 if form.problem else 200,
        request_id=request_id,
        known_as=await services.ways_in.known_as(session.customer_id),
        pending=pending,
        offers=_offers(asked, context, form.ticked),
        kept=[section for section in Section if section in pending.kept],
        replaced=[section for section in Section if section in pending.replaced],
        context=context,
        why=Reasons(),
        is_linked=common_reason(context, asked) is not AbsenceReason.NOTHING_LINKED,
        nothing=_nothing(context, asked),
        durations=choices,
        form=form,
        against_marketing=_is_against_marketing(request, pending),
    )


def _durations(services: Services, pending: PendingConsent) -> tuple[Sequence[Duration], Duration]:
    ends_at = pending.ends_at if pending.is_added else None
    remaining = None if ends_at is None else ends_at - services.clock()
    return offered(pending.duration, signs_in=pending.signs_in, remaining=remaining)


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
