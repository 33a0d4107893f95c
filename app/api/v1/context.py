"""Reading a context: under a delegated token, or by identifier among those who granted."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from app.api.v1.bearer import Presented
from app.api.v1.models import Assertion, ContextAnswer, LookupRequest, Purpose
from app.errors import Invalid
from app.usecases.contexts import Reading, ServedContext
from app.web.problem import Problem
from app.web.services import ServicesOf
from context.section import Section

router = APIRouter(prefix="/v1", tags=["context"])


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, "description": "See `code`."} for status in statuses}


_ANSWER: dict[int | str, dict[str, Any]] = {200: {"model": ContextAnswer}}


@router.get(
    "/context",
    operation_id="readContext",
    summary="Read the context of the customer who granted this token",
    responses=_ANSWER | _problems(400, 401, 403),
)
async def read_context(
    services: ServicesOf,
    token: Presented,
    sections: Annotated[
        str | None, Query(description="Sections wanted, separated by commas.", max_length=200)
    ] = None,
    purpose: Annotated[
        Purpose | None, Query(description="Your purpose; must be the granted one.")
    ] = None,
    milieu_agent: Annotated[
        Assertion | None,
        Header(alias="Milieu-Agent", description="Who reads; shown to the customer."),
    ] = None,
    milieu_call_id: Annotated[
        Assertion | None,
        Header(alias="Milieu-Call-Id", description="The call; shown to the customer."),
    ] = None,
) -> Response:
    """Answer with the granted sections; the access record is on disk before this returns."""
    reading = Reading(_parse(sections), purpose, milieu_agent, milieu_call_id)
    return _answer(await services.contexts.read(token, reading))


@router.post(
    "/context/lookup",
    operation_id="lookupContext",
    summary="Read the context of a customer by identifier",
    responses=_ANSWER | _problems(400, 401, 403, 404, 409),
)
async def lookup_context(
    services: ServicesOf, token: Presented, request: LookupRequest
) -> Response:
    """Find her among those who granted you, and answer like a read.

    Whoever has not granted you is answered exactly like somebody who does not exist.
    """
    return _answer(await services.contexts.lookup(token, request.identified(), request.reading()))


def _parse(text: str | None) -> frozenset[Section] | None:
    if text is None:
        return None
    names: Sequence[str] = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in set(Section)]
    if unknown:
        known = ", ".join(Section)
        raise Invalid(f"There is no such section; there are: {known}.", code="unknown_section")
    return frozenset(Section(name) for name in names)


def _answer(served: ServedContext) -> Response:
    body = ContextAnswer.of(served).model_dump_json(exclude_unset=True)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
