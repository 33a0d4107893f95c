"""The machine's side of OAuth: metadata, token and revocation endpoints.

Sources: RFC 6749, RFC 7009, RFC 7636, RFC 8414; Doorkeeper for the wording of errors.
"""

import base64
import hashlib
import hmac
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.mastodon import scopes
from app.sandbox.mastodon.caller import require_person
from app.sandbox.mastodon.host import Host, host_of
from app.sandbox.mastodon.params import Params, read_params
from app.sandbox.mastodon.refusal import OAuthRefusal
from app.sandbox.registry import App, Code, Token

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_WRONG_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection "
    "URI used in the authorization request, or was issued to another client."
)
_WRONG_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or "
    "unsupported authentication method."
)


async def metadata(request: Request) -> Response:
    """`GET /.well-known/oauth-authorization-server` (RFC 8414)."""
    here = host_of(request).address(request)
    return JSONResponse(
        {
            "issuer": f"{here}/",
            "service_documentation": "https://docs.joinmastodon.org/",
            "authorization_endpoint": f"{here}/oauth/authorize",
            "token_endpoint": f"{here}/oauth/token",
            "revocation_endpoint": f"{here}/oauth/revoke",
            "userinfo_endpoint": f"{here}/oauth/userinfo",
            "app_registration_endpoint": f"{here}/api/v1/apps",
            "scopes_supported": list(scopes.SUPPORTED),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


async def token(request: Request) -> Response:
    """`POST /oauth/token`: a code, or an app's own credentials, for a token."""
    host, params = host_of(request), await read_params(request)
    app = _authenticated(request, host, params)
    grant_type = params.text("grant_type")
    if grant_type == "authorization_code":
        issued = _redeem(host, app, params)
    elif grant_type == "client_credentials":
        issued = host.registry.issue_token(
            app.client_id, None, _own_scopes(app, params), host.world.clock()
        )
    else:
        raise OAuthRefusal(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )
    host.save()
    return JSONResponse(_answer(issued), headers=_NO_STORE)


async def revoke(request: Request) -> Response:
    """`POST /oauth/revoke`: an unknown token is as good as revoked (RFC 7009, section 2.2)."""
    host, params = host_of(request), await read_params(request)
    app = _authenticated(request, host, params)
    found = host.registry.tokens.get(params.text("token") or "")
    if found is not None:
        if found.client_id != app.client_id:
            raise OAuthRefusal(
                403, "unauthorized_client", "You are not authorized to revoke this token"
            )
        host.registry.revoke(found)
        host.save()
    return JSONResponse({}, headers=_NO_STORE)


async def userinfo(request: Request) -> Response:
    """`GET /oauth/userinfo`: who is signed in, in OpenID's words."""
    person = require_person(request, "profile", "read", "read:accounts")
    here = host_of(request).address(request)
    return JSONResponse(
        {
            "iss": f"{here}/",
            "sub": f"{here}/users/{person.handle}",
            "name": person.display_name,
            "preferred_username": person.handle,
            "profile": f"{here}/@{person.handle}",
            "picture": f"{here}/avatars/{person.handle}.svg",
        }
    )


ROUTES = [
    Route("/.well-known/oauth-authorization-server", metadata),
    Route("/oauth/token", token, methods=["POST"]),
    Route("/oauth/revoke", revoke, methods=["POST"]),
    Route("/oauth/userinfo", userinfo),
]


def _authenticated(request: Request, host: Host, params: Params) -> App:
    client_id, client_secret = _basic(request) or (
        params.text("client_id") or "",
        params.text("client_secret") or "",
    )
    app = host.registry.authenticate(client_id, client_secret)
    if app is None:
        raise OAuthRefusal(401, "invalid_client", _WRONG_CLIENT)
    return app


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:  # not ASCII, not Base64, not UTF-8
        return ("", "")
    return unquote(client_id), unquote(secret)


def _redeem(host: Host, app: App, params: Params) -> Token:
    now = host.world.clock()
    code = host.registry.redeem(params.text("code") or "", now)
    if code is None or not _is_for(code, app, params):
        raise OAuthRefusal(400, "invalid_grant", _WRONG_GRANT)
    return host.registry.issue_token(app.client_id, code.handle, code.request.scopes, now)


def _is_for(code: Code, app: App, params: Params) -> bool:
    same_client = code.request.client_id == app.client_id
    same_place = code.request.redirect_uri == params.text("redirect_uri")
    return same_client and same_place and _proves(code, params.text("code_verifier"))


def _proves(code: Code, verifier: str | None) -> bool:
    """Check PKCE (RFC 7636, section 4.6): a challenge needs its verifier, and the reverse."""
    challenge = code.request.code_challenge
    if challenge is None or not verifier:
        return challenge is None and not verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(expected, challenge.encode())


def _own_scopes(app: App, params: Params) -> tuple[str, ...]:
    wanted = scopes.parse(params.text("scope"))
    if not scopes.cover(app.scopes, wanted):
        raise OAuthRefusal(
            400, "invalid_scope", "The requested scope is invalid, unknown, or malformed."
        )
    return wanted


def _answer(issued: Token) -> dict[str, object]:
    return {
        "access_token": issued.value,
        "token_type": "Bearer",
        "scope": " ".join(issued.scopes),
        "created_at": int(issued.created_at.timestamp()),
    }
