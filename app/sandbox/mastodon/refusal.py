"""Errors as Mastodon words them, rendered in one place.

Refusal
├── Unauthorized        401  the token is missing, wrong or revoked
├── OutsideScopes       403  the token was not made for this
├── NotFound            404  no such record, or not for these eyes
├── Unprocessable       422  the request is understood and cannot be done
└── OAuthRefusal        400, 401, 403 with `error_description`
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """A request that is answered with an error."""

    status = 500

    def __init__(self, error: str, description: str | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    def body(self) -> dict[str, str]:
        """Return the JSON body."""
        if self.description is None:
            return {"error": self.error}
        return {"error": self.error, "error_description": self.description}


class Unauthorized(Refusal):
    """The token is missing, wrong or revoked."""

    status = 401

    def __init__(self, error: str = "The access token is invalid") -> None:
        super().__init__(error)


class OutsideScopes(Refusal):
    """The token was not made for this."""

    status = 403

    def __init__(self) -> None:
        super().__init__("This action is outside the authorized scopes")


class NotFound(Refusal):
    """No such record, or not for these eyes."""

    status = 404

    def __init__(self, error: str = "Record not found") -> None:
        super().__init__(error)


class Unprocessable(Refusal):
    """The request is understood and cannot be done."""

    status = 422


class OAuthRefusal(Refusal):
    """An error of the token or revocation endpoint (RFC 6749, section 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error, description)
        self.status = status


def answer_refusal(_request: Request, refusal: Exception) -> Response:
    """Render a refusal; the handler for `Refusal`."""
    if not isinstance(refusal, Refusal):
        raise refusal
    wants_token = isinstance(refusal, Unauthorized)
    headers = {"WWW-Authenticate": 'Bearer realm="sandbox"'} if wants_token else None
    return JSONResponse(refusal.body(), refusal.status, headers)


def answer_http(_request: Request, error: Exception) -> Response:
    """Render what the router refuses: unknown paths and methods."""
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
