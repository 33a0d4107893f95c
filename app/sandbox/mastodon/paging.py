"""Pages and the `Link` header that leads from one to the next."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse

from app.sandbox.chronicle import Span
from app.sandbox.mastodon.entities import Entity
from app.sandbox.mastodon.host import host_of
from app.sandbox.mastodon.params import Params
from app.sandbox.status import Status

_STEERING = frozenset({"max_id", "since_id", "min_id"})


def span_of(params: Params) -> Span:
    """Return the stretch of ids that a request asks for."""
    return Span(params.number("max_id"), params.number("since_id"), params.number("min_id"))


def limit_of(params: Params, default: int) -> int:
    """Return how many are wanted: at least one, at most twice the default, as Mastodon has it."""
    wanted = params.number("limit")
    return default if not wanted else min(wanted, 2 * default)


def page_of(found: Iterable[Status], span: Span, limit: int) -> list[Status]:
    """Return the first statuses found, newest first."""
    page = list(islice(found, limit))
    return page if span.min_id is None else page[::-1]


def answer_page(
    request: Request, page: Sequence[Status], limit: int, render: Callable[[Status], Entity]
) -> JSONResponse:
    """Answer with a page of statuses and links to those before and after."""
    ids = [status.id for status in page]
    headers = link_header(request, ids, more=len(page) == limit)
    return JSONResponse([render(status) for status in page], headers=headers)


def link_header(request: Request, ids: Sequence[int], *, more: bool) -> dict[str, str]:
    """Return the `Link` header of a page.

    Args:
        request: The request, whose other parameters are kept.
        ids: The page's ids, newest first.
        more: Older ones may follow.
    """
    if not ids:
        return {}
    kept = [
        (name, value) for name, value in request.query_params.multi_items() if name not in _STEERING
    ]
    here = host_of(request).address(request) + request.url.path
    links = [f'<{here}?{urlencode([*kept, ("min_id", ids[0])])}>; rel="prev"']
    if more:
        links.insert(0, f'<{here}?{urlencode([*kept, ("max_id", ids[-1])])}>; rel="next"')
    return {"Link": ", ".join(links)}
