"""Endpoints about the network itself."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.sandbox.mastodon.entities import Entity
from app.sandbox.mastodon.host import host_of
from app.sandbox.mastodon.statuses import MAX_CHARACTERS

TITLE = "Rookery"
DESCRIPTION = "A sandbox: a small network of invented people, for demonstrations and tests."
VERSION = "4.4.0"  # the version whose interface is spoken here
_API_VERSION = 6  # what Mastodon 4.4 reports as `api_versions.mastodon`
_NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.0"


async def v1(request: Request) -> Response:
    """`GET /api/v1/instance`."""
    host = host_of(request)
    return JSONResponse(
        {
            "uri": _domain(request),
            "title": TITLE,
            "short_description": DESCRIPTION,
            "description": DESCRIPTION,
            "email": "",
            "version": VERSION,
            "urls": {},
            "stats": {
                "user_count": len(host.world.people),
                "status_count": _status_count(request),
                "domain_count": 0,
            },
            "thumbnail": None,
            "languages": ["en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": _configuration(),
            "contact_account": None,
            "rules": [],
        }
    )


async def v2(request: Request) -> Response:
    """`GET /api/v2/instance`."""
    return JSONResponse(
        {
            "domain": _domain(request),
            "title": TITLE,
            "version": VERSION,
            "source_url": "https://github.com/mastodon/mastodon",
            "description": DESCRIPTION,
            "usage": {"users": {"active_month": len(host_of(request).world.people)}},
            "thumbnail": {"url": f"{host_of(request).address(request)}/static/rookery.svg"},
            "icon": [],
            "languages": ["en"],
            "configuration": _configuration() | {"urls": {}, "translation": {"enabled": False}},
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "api_versions": {"mastodon": _API_VERSION},
            "contact": {"email": "", "account": None},
            "rules": [],
        }
    )


async def nodeinfo_links(request: Request) -> Response:
    """`GET /.well-known/nodeinfo`."""
    here = host_of(request).address(request)
    return JSONResponse({"links": [{"rel": _NODEINFO, "href": f"{here}/nodeinfo/2.0"}]})


async def nodeinfo(request: Request) -> Response:
    """`GET /nodeinfo/2.0`."""
    return JSONResponse(
        {
            "version": "2.0",
            "software": {"name": "mastodon", "version": VERSION},
            "protocols": ["activitypub"],
            "services": {"outbound": [], "inbound": []},
            "usage": {
                "users": {"total": len(host_of(request).world.people)},
                "localPosts": _status_count(request),
            },
            "openRegistrations": False,
            "metadata": {"nodeName": TITLE, "nodeDescription": DESCRIPTION},
        }
    )


async def health(_request: Request) -> Response:
    """`GET /health`."""
    return PlainTextResponse("OK")


ROUTES = [
    Route("/api/v1/instance", v1),
    Route("/api/v1/instance/", v1),
    Route("/api/v2/instance", v2),
    Route("/api/v2/instance/", v2),
    Route("/.well-known/nodeinfo", nodeinfo_links),
    Route("/nodeinfo/2.0", nodeinfo),
    Route("/health", health),
]


def _domain(request: Request) -> str:
    return host_of(request).address(request).split("://", 1)[1]


def _status_count(request: Request) -> int:
    world = host_of(request).world
    return sum(world.tally(handle)[0] for handle in world.people)


def _configuration() -> Entity:
    return {
        "accounts": {"max_featured_tags": 10},
        "statuses": {
            "max_characters": MAX_CHARACTERS,
            "max_media_attachments": 0,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {"supported_mime_types": []},
        "polls": {"max_options": 0},
    }
