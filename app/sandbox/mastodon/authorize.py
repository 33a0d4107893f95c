"""The person's side of OAuth: the page on which she says who she is and what she allows.

Sources: RFC 6749, section 4.1; RFC 7636; RFC 9700 (exact redirect URIs, 303 after a form).
"""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.sandbox.mastodon import scopes
from app.sandbox.mastodon.apps import OUT_OF_BAND
from app.sandbox.mastodon.host import Host, host_of
from app.sandbox.mastodon.params import Params, read_params
from app.sandbox.registry import App, AuthorizationRequest
from app.sandbox.render import page

_CHALLENGE_LENGTH = 43  # base64url of a SHA-256 hash


async def ask(request: Request) -> Response:
    """`GET /oauth/authorize`: show who asks for what, and let a person answer."""
    host, params = host_of(request), await read_params(request)
    app = host.registry.apps.get(params.text("client_id") or "")
    redirect_uri = params.text("redirect_uri") or ""
    if app is None:
        return _mistake(request, "No app with this client id is registered here.", 401)
    if redirect_uri not in app.redirect_uris:
        return _mistake(request, "The app did not register this redirect URI.", 400)
    error = _error_in(app, params)
    if error is not None:
        return _send_back(redirect_uri, {"error": error}, params.text("state"))
    asked = AuthorizationRequest(
        client_id=app.client_id,
        redirect_uri=redirect_uri,
        scopes=scopes.parse(params.text("scope")),
        state=params.text("state"),
        code_challenge=params.text("code_challenge") or None,
    )
    return _consent_page(request, host, app, asked)


async def answer(request: Request) -> Response:
    """`POST /oauth/authorize`: what she decided. A page decides once."""
    host, params = host_of(request), await read_params(request)
    asked = host.registry.decide(params.text("ticket") or "")
    if asked is None:
        return _mistake(request, "This page was already answered. Start again at the app.", 400)
    handle = params.text("handle")
    if handle is None:
        return _send_back(asked.redirect_uri, {"error": "access_denied"}, asked.state)
    if handle not in host.world.people:
        return _mistake(request, "Nobody here has this name.", 400)
    code = host.registry.issue_code(asked, handle, host.world.clock())
    if asked.redirect_uri == OUT_OF_BAND:
        return page(request, "code.html", {"code": code})
    return _send_back(asked.redirect_uri, {"code": code}, asked.state)


ROUTES = [
    Route("/oauth/authorize", ask, methods=["GET"]),
    Route("/oauth/authorize", answer, methods=["POST"]),
]


def _error_in(app: App, params: Params) -> str | None:
    """Return the OAuth error of a request whose app and redirect URI are right, if any."""
    if params.text("response_type") != "code":
        return "unsupported_response_type"
    wanted = scopes.parse(params.text("scope"))
    if not (scopes.are_known(wanted) and scopes.cover(app.scopes, wanted)):
        return "invalid_scope"
    challenge, method = params.text("code_challenge"), params.text("code_challenge_method")
    if challenge and (method != "S256" or len(challenge) != _CHALLENGE_LENGTH):
        return "invalid_request"
    return "invalid_request" if method and not challenge else None


def _consent_page(request: Request, host: Host, app: App, asked: AuthorizationRequest) -> Response:
    everyone = sorted(host.world.people.values(), key=lambda person: person.display_name)
    back = urlsplit(asked.redirect_uri)
    return page(
        request,
        "authorize.html",
        {
            "app": app,
            "app_host": back.netloc,
            "scopes": [SAID.get(scope, scope) for scope in asked.scopes],
            "ticket": host.registry.remember(asked),
            "protagonists": [person for person in everyone if person.protagonist],
            "others": [person for person in everyone if not person.protagonist],
        },
        form_target=f"{back.scheme}://{back.netloc}" if back.netloc else f"{back.scheme}:",
    )


SAID = {
    "read": "read everything you can read here",
    "read:accounts": "read your profile and whom you follow",
    "read:statuses": "read your posts and your home timeline",
    "profile": "read your name and picture",
    "write": "post and change things in your name",
    "write:statuses": "post in your name",
    "follow": "change whom you follow",
    "push": "send you notifications",
}
"""Scopes in a person's words."""


def _mistake(request: Request, what: str, status: int) -> Response:
    return page(request, "mistake.html", {"what": what}, status=status)


def _send_back(redirect_uri: str, answered: dict[str, str], state: str | None) -> Response:
    if state is not None:
        answered["state"] = state
    parts = urlsplit(redirect_uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *answered.items()])
    return RedirectResponse(urlunsplit(parts._replace(query=query)), status_code=303)
