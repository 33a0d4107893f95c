"""Who calls: the bearer token, checked against what an endpoint accepts."""

from starlette.requests import Request

from app.sandbox.mastodon import scopes
from app.sandbox.mastodon.host import host_of
from app.sandbox.mastodon.refusal import OutsideScopes, Unauthorized, Unprocessable
from app.sandbox.people import Person
from app.sandbox.registry import Token


def token_of(request: Request) -> Token | None:
    """Return the request's token; None where none was sent.

    Raises:
        Unauthorized: The token is unknown or was revoked.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = host_of(request).registry.tokens.get(value.strip())
    if token is None:
        raise Unauthorized
    if token.revoked:
        raise Unauthorized("The access token was revoked")
    return token


def require_token(request: Request, *accepted: str) -> Token:
    """Return the request's token.

    Args:
        request: The request.
        accepted: Scopes of which one is needed; none to take any token.

    Raises:
        Unauthorized: There is none, or it is not valid.
        OutsideScopes: It has none of the accepted scopes.
    """
    token = token_of(request)
    if token is None:
        raise Unauthorized
    if accepted and not scopes.allow(token.scopes, accepted):
        raise OutsideScopes
    return token


def require_person(request: Request, *accepted: str) -> Person:
    """Return who is signed in; as `require_token`, for endpoints that need a person.

    Raises:
        Unauthorized: There is no valid token, or its person has left the network.
        OutsideScopes: It has none of the accepted scopes.
        Unprocessable: It speaks for an app alone.
    """
    token = require_token(request, *accepted)
    if token.handle is None:
        raise Unprocessable("This method requires an authenticated user")
    person = host_of(request).world.people.get(token.handle)
    if person is None:
        raise Unauthorized
    return person


def viewer_of(request: Request, *accepted: str) -> str | None:
    """Return the handle of who looks; None for anybody. A token, if sent, must be good.

    Raises:
        Unauthorized: The token is not valid.
        OutsideScopes: It has none of the accepted scopes.
    """
    token = token_of(request)
    if token is None:
        return None
    if not scopes.allow(token.scopes, accepted):
        raise OutsideScopes
    return token.handle


def check_token(request: Request, *accepted: str) -> None:
    """Let anybody in; a token, if sent, must be good, as for `viewer_of`."""
    viewer_of(request, *accepted)
