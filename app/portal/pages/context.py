"""Her context as a company could see it, before any does."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.portal.phrases import common_reason
from app.portal.render import page
from app.portal.words import ABSENCES, REMEDIES
from app.web.services import ServicesOf
from app.web.session import SignedInSession
from context.document import AbsenceReason

router = APIRouter()


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
    reason = common_reason(context)
    return page(
        request,
        "context.html",
        session,
        context=context,
        nothing=_nothing(reason),
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
