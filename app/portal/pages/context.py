"""Her context as a company could see it, before any does."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.portal.phrases import common_reason
from app.portal.reasons import Reasons
from app.portal.render import page
from app.portal.words import ABSENCES, REMEDIES
from app.usecases.sections import OFFERED
from app.web.services import ServicesOf
from app.web.session import SignedInSession
from context.document import AbsenceReason
from context.section import Section

router = APIRouter()

SHOWN = (
    Section.SENTIMENT,
    Section.EMOTIONS,
    Section.INTENTS,
    Section.TOPICS,
    Section.CONVERSATIONS,
    Section.NETWORK,
    Section.RHYTHM,
    Section.REACH,
)
"""How she feels first, for that moves most; all that can be granted."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why there is nothing at all to show, and what she can do about it."""

    heading: str
    explanation: str
    action: str = ""


@router.get("/context", name="context")
async def preview(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """Show every section as it is now."""
    context = await services.contexts.preview(session.customer_id)
    reason = common_reason(context, OFFERED)
    nothing = _nothing(reason)
    why = Reasons()
    if nothing is None:
        why = Reasons.of(await services.contexts.explain(session.customer_id))
    return page(
        request,
        "context.html",
        session,
        context=context,
        shown=SHOWN,
        why=why,
        nothing=nothing,
        reading=reason is AbsenceReason.PENDING,
    )


UNLINKED = Nothing(
    "There is nothing yet",
    "Link an account of yours, and a minute later you see here what it says about you.",
    "Link your first account",
)


def _nothing(reason: AbsenceReason | None) -> Nothing | None:
    match reason:
        case AbsenceReason.NOTHING_LINKED:
            return UNLINKED
        case AbsenceReason.PENDING:
            return Nothing("Reading…", f"{ABSENCES[reason]} {REMEDIES[reason]}")
        case AbsenceReason.STALE | AbsenceReason.LINK_BROKEN:
            explanation = f"{ABSENCES[reason]} {REMEDIES[reason]}"
            return Nothing("Nothing can be shown", explanation, "See your connections")
        case _:
            return None
