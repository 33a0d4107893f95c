"""Endpoints about accounts: whose they are, what they wrote, whom they follow."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.chronicle import Span
from app.sandbox.markup import tags_in
from app.sandbox.mastodon.caller import check_token, require_person, viewer_of
from app.sandbox.mastodon.host import host_of
from app.sandbox.mastodon.paging import answer_page, limit_of, link_header, page_of, span_of
from app.sandbox.mastodon.params import Params, read_params
from app.sandbox.mastodon.refusal import NotFound
from app.sandbox.people import Person
from app.sandbox.status import Status, Visibility

_READ_ACCOUNTS = ("read", "read:accounts")
_READ_STATUSES = ("read", "read:statuses")
_STATUSES_PER_PAGE = 20
_ACCOUNTS_PER_PAGE = 40


async def verify_credentials(request: Request) -> Response:
    """`GET /api/v1/accounts/verify_credentials`: whose token this is."""
    person = require_person(request, *_READ_ACCOUNTS, "profile")
    return JSONResponse(host_of(request).entities(request).own_account(person))


async def account(request: Request) -> Response:
    """`GET /api/v1/accounts/{id}`."""
    check_token(request, *_READ_ACCOUNTS)
    return JSONResponse(host_of(request).entities(request).account(_named(request)))


async def lookup(request: Request) -> Response:
    """`GET /api/v1/accounts/lookup?acct=`: an account by its handle."""
    check_token(request, *_READ_ACCOUNTS)
    acct = request.query_params.get("acct", "").lstrip("@").split("@")[0].lower()
    person = host_of(request).world.people.get(acct)
    if person is None:
        raise NotFound
    return JSONResponse(host_of(request).entities(request).account(person))


async def statuses(request: Request) -> Response:
    """`GET /api/v1/accounts/{id}/statuses`."""
    viewer = viewer_of(request, *_READ_STATUSES)
    person, params = _named(request), await read_params(request)
    span, limit = span_of(params), limit_of(params, _STATUSES_PER_PAGE)
    host = host_of(request)
    written = host.world.statuses_of(person.handle, viewer, span)
    page = page_of((one for one in written if _is_wanted(one, params)), span, limit)
    return answer_page(request, page, limit, host.entities(request).status)


async def following(request: Request) -> Response:
    """`GET /api/v1/accounts/{id}/following`."""
    return await _people_page(request, host_of(request).world.following(_named(request).handle))


async def followers(request: Request) -> Response:
    """`GET /api/v1/accounts/{id}/followers`."""
    return await _people_page(request, host_of(request).world.followers(_named(request).handle))


ROUTES = [
    Route("/api/v1/accounts/verify_credentials", verify_credentials),
    Route("/api/v1/accounts/lookup", lookup),
    Route("/api/v1/accounts/{id}", account),
    Route("/api/v1/accounts/{id}/statuses", statuses),
    Route("/api/v1/accounts/{id}/following", following),
    Route("/api/v1/accounts/{id}/followers", followers),
]


def _named(request: Request) -> Person:
    account_id = request.path_params["id"]
    known = account_id.isascii() and account_id.isdigit()
    person = host_of(request).world.person_with(int(account_id)) if known else None
    if person is None:
        raise NotFound
    return person


def _is_wanted(status: Status, params: Params) -> bool:
    tag = (params.text("tagged") or "").lower()
    unwanted = (
        (params.flag("exclude_replies") and status.in_reply_to is not None)
        or (params.flag("exclude_reblogs") and status.reblog_of is not None)
        or (params.flag("exclude_direct") and status.visibility is Visibility.DIRECT)
        or params.flag("only_media")
        or params.flag("pinned")
    )
    return not unwanted and (not tag or tag in tags_in(status.text))


async def _people_page(request: Request, people: Sequence[Person]) -> Response:
    """Answer with a page of people, newest follow first; the paging ids count follows."""
    check_token(request, *_READ_ACCOUNTS)
    params = await read_params(request)
    limit, span = limit_of(params, _ACCOUNTS_PER_PAGE), span_of(params)
    places = [place for place in range(1, len(people) + 1) if _is_within(place, span)]
    places = places[:limit] if span.min_id is not None else places[-limit:]
    newest_first = places[::-1]
    entities = host_of(request).entities(request)
    return JSONResponse(
        [entities.account(people[place - 1]) for place in newest_first],
        headers=link_header(request, newest_first, more=len(newest_first) == limit),
    )


def _is_within(place: int, span: Span) -> bool:
    low = max(span.since_id or 0, span.min_id or 0)
    return place > low and (span.max_id is None or place < span.max_id)
