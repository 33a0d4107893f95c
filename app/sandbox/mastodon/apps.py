"""Endpoints for registering an app."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.mastodon import scopes
from app.sandbox.mastodon.caller import require_token
from app.sandbox.mastodon.entities import application, credential_application
from app.sandbox.mastodon.host import host_of
from app.sandbox.mastodon.params import Params, read_params
from app.sandbox.mastodon.refusal import Unauthorized, Unprocessable

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


async def register(request: Request) -> Response:
    """`POST /api/v1/apps`: anybody may register an app."""
    host, params = host_of(request), await read_params(request)
    app = host.registry.register(
        name=_name(params),
        redirect_uris=_redirect_uris(params),
        scopes=_scopes(params),
        website=params.text("website"),
    )
    host.save()
    return JSONResponse(credential_application(app))


async def verify_credentials(request: Request) -> Response:
    """`GET /api/v1/apps/verify_credentials`: which app this token belongs to."""
    app = host_of(request).registry.apps.get(require_token(request).client_id)
    if app is None:
        raise Unauthorized
    return JSONResponse(application(app))


ROUTES = [
    Route("/api/v1/apps", register, methods=["POST"]),
    Route("/api/v1/apps/verify_credentials", verify_credentials),
]


def _name(params: Params) -> str:
    name = (params.text("client_name") or "").strip()
    if not name:
        raise Unprocessable("Validation failed: Application name can't be blank")
    return name


def _redirect_uris(params: Params) -> tuple[str, ...]:
    uris = tuple(uri for text in params.texts("redirect_uris") for uri in text.split())
    if not uris:
        raise Unprocessable("Validation failed: Redirect URI can't be blank")
    if not all(uri == OUT_OF_BAND or _is_redirect_uri(uri) for uri in uris):
        raise Unprocessable("Validation failed: Redirect URI must be an absolute URI.")
    return uris


def _is_redirect_uri(uri: str) -> bool:
    """Absolute, without a fragment, and nothing a browser would run as a script."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    scripted = parts.scheme in {"javascript", "data", "vbscript", "file"}
    return (
        bool(parts.scheme and (parts.netloc or parts.path)) and not parts.fragment and not scripted
    )


def _scopes(params: Params) -> tuple[str, ...]:
    wanted = scopes.parse(params.text("scopes"))
    if not scopes.are_known(wanted):
        raise Unprocessable("Validation failed: Scopes doesn't match configured on the server.")
    return wanted
