"""The pages of the network: server-rendered, without scripts."""

from collections.abc import Mapping
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.sandbox.dice import Dice
from app.sandbox.markup import to_html
from app.sandbox.mastodon.host import host_of
from app.sandbox.people import Person
from app.sandbox.status import Status, Visibility

_HERE = Path(__file__).parent
_SHOWN = 30

templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html(
    template: str, values: Mapping[str, Any], *, status: int = 200, form_target: str = ""
) -> Response:
    """Render a template under a strict content security policy.

    Args:
        template: File name under `templates/`.
        values: What the template shows.
        status: HTTP status.
        form_target: Origin to which a form of this page may lead by redirection, besides our own;
            browsers hold redirects after a form against the policy, too.
    """
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action 'self' {form_target}; frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(templates.get_template(template).render(values), status, headers)


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    form_target: str = "",
) -> Response:
    """Render one of the network's pages; see `html`."""
    here = host_of(request).address(request)
    return html(template, {"here": here, **values}, status=status, form_target=form_target)


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
    Route("/avatars/{handle}.svg", avatar),
    Mount("/static", StaticFiles(directory=_HERE / "static")),
]


def _named(request: Request) -> Person:
    person = host_of(request).world.people.get(request.path_params["handle"])
    if person is None:
        raise HTTPException(404, "Not Found")
    return person


def _shown(request: Request, status: Status) -> dict[str, Any]:
    world = host_of(request).world
    original = world.boosted(status) or status
    return {
        "author": world.people[original.author],
        "boosted_by": world.people[status.author] if original is not status else None,
        "at": original.created_at,
        "content": _markup(request, original.text),
    }


def _markup(request: Request, text: str) -> Markup:
    host = host_of(request)
    rendered = to_html(text, host.address(request), frozenset(host.world.people))
    return Markup(rendered)  # noqa: S704 (to_html escapes every character of the text)
