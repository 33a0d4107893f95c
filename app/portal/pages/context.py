"""Her context as a company could see it, before any does."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.portal.render import page
from app.web.services import ServicesOf
from app.web.session import SignedInSession
from context.document import Absence, AbsenceReason, Context
from context.section import Section

router = APIRouter()


@router.get("/context", name="context")
async def preview(request: Request, services: ServicesOf, session: SignedInSession) -> Response:
    """Show every section as it is now."""
    context = await services.contexts.preview(session.customer_id)
    return page(request, "context.html", session, context=context, reading=_is_pending(context))


def _is_pending(context: Context) -> bool:
    found = [context.sections[section] for section in Section]
    return any(
        isinstance(section, Absence) and section.reason is AbsenceReason.PENDING
        for section in found
    )
