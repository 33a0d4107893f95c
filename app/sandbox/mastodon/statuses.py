"""Endpoints about statuses: timelines, reading one, posting, deleting."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.mastodon.caller import check_token, require_person, viewer_of
from app.sandbox.mastodon.host import Host, host_of
from app.sandbox.mastodon.paging import answer_page, limit_of, page_of, span_of
from app.sandbox.mastodon.params import Params, read_params
from app.sandbox.mastodon.refusal import NotFound, Unprocessable
from app.sandbox.status import Status, Visibility

_READ = ("read", "read:statuses")
_WRITE = ("write", "write:statuses")
_PER_PAGE = 20
MAX_CHARACTERS = 500


async def home(request: Request) -> Response:
    """`GET /api/v1/timelines/home`: her own and her friends' statuses."""
    person, params, host = (
        require_person(request, *_READ),
        await read_params(request),
        host_of(request),
    )
    span, limit = span_of(params), limit_of(params, _PER_PAGE)
    page = page_of(host.world.home_of(person.handle, span), span, limit)
    return answer_page(request, page, limit, host.entities(request).status)


async def public(request: Request) -> Response:
    """`GET /api/v1/timelines/public`: what everybody wrote for everybody."""
    check_token(request, *_READ)
    params, host = await read_params(request), host_of(request)
    span, limit = span_of(params), limit_of(params, _PER_PAGE)
    page = page_of(host.world.public(span), span, limit)
    return answer_page(request, page, limit, host.entities(request).status)


async def show(request: Request) -> Response:
    """`GET /api/v1/statuses/{id}`."""
    viewer = viewer_of(request, *_READ)
    status = _visible(request, request.path_params["id"], viewer)
    return JSONResponse(host_of(request).entities(request).status(status))


async def create(request: Request) -> Response:
    """`POST /api/v1/statuses`: post; a repeated `Idempotency-Key` gives the first answer."""
    person, params, host = (
        require_person(request, *_WRITE),
        await read_params(request),
        host_of(request),
    )
    key = (request.headers.get("authorization", ""), request.headers.get("idempotency-key", ""))
    repeated = host.posted.get(key) if key[1] else None
    status = repeated or _post(request, host, person.handle, params)
    if key[1]:
        host.posted[key] = status
    host.save()
    return JSONResponse(host.entities(request).status(status))


async def delete(request: Request) -> Response:
    """`DELETE /api/v1/statuses/{id}`: take one's own status away; its text comes back once."""
    person, host = require_person(request, *_WRITE), host_of(request)
    status = _visible(request, request.path_params["id"], person.handle)
    if status.author != person.handle:
        raise NotFound
    entity = host.entities(request).status(status) | {"text": status.text}
    host.world.delete(status.id)
    host.save()
    return JSONResponse(entity)


ROUTES = [
    Route("/api/v1/timelines/home", home),
    Route("/api/v1/timelines/public", public),
    Route("/api/v1/statuses", create, methods=["POST"]),
    Route("/api/v1/statuses/{id}", show),
    Route("/api/v1/statuses/{id}", delete, methods=["DELETE"]),
]


def _visible(request: Request, status_id: str, viewer: str | None) -> Status:
    known = status_id.isascii() and status_id.isdigit()
    status = host_of(request).world.status(int(status_id), viewer) if known else None
    if status is None:
        raise NotFound
    return status


def _post(request: Request, host: Host, author: str, params: Params) -> Status:
    text, spoiler = params.text("status") or "", params.text("spoiler_text") or ""
    if not text.strip():
        raise Unprocessable("Validation failed: Text can't be blank")
    if len(text) + len(spoiler) > MAX_CHARACTERS:
        raise Unprocessable(f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded")
    return host.world.publish(
        author,
        text,
        visibility=_visibility(params.text("visibility")),
        in_reply_to=_answered(request, params.text("in_reply_to_id"), author),
        language=params.text("language"),
        spoiler=spoiler,
    )


def _visibility(name: str | None) -> Visibility:
    try:
        return Visibility(name or Visibility.PUBLIC)
    except ValueError:
        raise Unprocessable("Validation failed: Visibility is not included in the list") from None


def _answered(request: Request, status_id: str | None, author: str) -> int | None:
    if not status_id:
        return None
    try:
        return _visible(request, status_id, author).id
    except NotFound:
        raise NotFound("The post you are trying to reply to does not appear to exist.") from None
