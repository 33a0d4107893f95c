"""The network's own pages: the front, people, and their pictures."""

from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.sandbox.dice import Dice
from app.sandbox.markup import tags_in, to_html
from app.sandbox.mastodon.host import host_of
from app.sandbox.people import Person
from app.sandbox.render import STATIC, page
from app.sandbox.status import Status, Visibility

_SHOWN = 30


async def front(request: Request) -> Response:
    """`GET /`: what this is, who lives here, and the newest public posts."""
    world = host_of(request).world
    return page(
        request,
        "front.html",
        {
            "protagonists": [one for one in world.people.values() if one.protagonist],
            "inhabitants": len(world.people),
            "statuses": [_shown(request, one) for one in islice(world.public(), _SHOWN)],
        },
    )


async def profile(request: Request) -> Response:
    """`GET /@{handle}`: a person and her newest public posts."""
    person, world = _named(request), host_of(request).world
    found = world.statuses_of(person.handle, None)
    public = (one for one in found if one.visibility is Visibility.PUBLIC)
    values = {
        "person": person,
        "bio": _markup(request, person.bio),
        "follows": world.following(person.handle),
        "statuses": [_shown(request, one) for one in islice(public, _SHOWN)],
    }
    return page(request, "profile.html", values)


async def post(request: Request) -> Response:
    """`GET /@{handle}/{id}`: one public post."""
    status = host_of(request).world.status(request.path_params["id"], None)
    if status is None or status.author != request.path_params["handle"]:
        raise HTTPException(404, "Not Found")
    return _listed(request, f"A post by {_named(request).display_name}", [status])


async def tag(request: Request) -> Response:
    """`GET /tags/{tag}`: the newest public posts with a hashtag."""
    wanted = request.path_params["tag"].lower()
    found = (one for one in host_of(request).world.public() if wanted in tags_in(one.text))
    return _listed(request, f"#{wanted}", islice(found, _SHOWN))


async def avatar(request: Request) -> Response:
    """`GET /avatars/{handle}.svg`: initials on a colour of her own."""
    person = _named(request)
    hue = Dice("avatar", person.handle).below(360)
    initials = "".join(word[0] for word in person.display_name.split()[:2])
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
        f'<rect width="48" height="48" rx="10" fill="hsl({hue} 35% 32%)"/>'
        '<text x="24" y="31" font-family="system-ui,sans-serif" font-size="19" fill="#fff" '
        f'text-anchor="middle">{escape(initials)}</text></svg>'
    )
    return Response(drawing, media_type="image/svg+xml")


ROUTES = [
    Route("/", front),
    Route("/@{handle}", profile),
    Route("/@{handle}/{id:int}", post),
    Route("/tags/{tag}", tag),
    Route("/avatars/{handle}.svg", avatar),
    Mount("/static", StaticFiles(directory=STATIC)),
]


def _named(request: Request) -> Person:
    person = host_of(request).world.people.get(request.path_params["handle"])
    if person is None:
        raise HTTPException(404, "Not Found")
    return person


def _listed(request: Request, title: str, statuses: Iterable[Status]) -> Response:
    values = {"title": title, "statuses": [_shown(request, status) for status in statuses]}
    return page(request, "posts.html", values)


def _shown(request: Request, status: Status) -> dict[str, Any]:
    world = host_of(request).world
    original = world.boosted(status) or status
    return {
        "author": world.people[original.author],
        "boosted_by": world.people[status.author] if original is not status else None,
        "id": original.id,
        "at": original.created_at,
        "content": _markup(request, original.text),
    }


def _markup(request: Request, text: str) -> Markup:
    host = host_of(request)
    rendered = to_html(text, host.address(request), frozenset(host.world.people))
    return Markup(rendered)  # noqa: S704 (to_html escapes every character of the text)
