"""The cookie of a browser that is away at an OpenID provider: it alone may come back."""

from fastapi import Request
from fastapi.responses import Response

from app.usecases.sign_in_attempts import ATTEMPT_LIFETIME
from app.web.services import Services, services_of
from app.web.session import is_secure


def away_secret(request: Request) -> str | None:
    """Return the secret of what the browser began, as it sent it."""
    return request.cookies.get(_name(services_of(request)))


def set_away_cookie(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep the secret of what it begins.

    It comes along from the provider, since that is a navigation (`Lax`, RFC 6265bis).
    """
    services = services_of(request)
    response.set_cookie(
        _name(services),
        secret,
        max_age=int(ATTEMPT_LIFETIME.total_seconds()),
        path="/",
        secure=is_secure(services),
        httponly=True,
        samesite="lax",
    )


def clear_away_cookie(request: Request, response: Response) -> None:
    """Make the browser forget it."""
    services = services_of(request)
    response.delete_cookie(
        _name(services), path="/", secure=is_secure(services), httponly=True, samesite="lax"
    )


def _name(services: Services) -> str:
    return "__Host-milieu-away" if is_secure(services) else "milieu-away"
