"""The browser's session: its cookie, who is behind it, and tokens against forged forms."""

import hmac
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Forbidden
from app.usecases.customers import CurrentSession
from app.usecases.identities import SESSION_LIFETIME
from app.web.return_to import ReturnTo
from app.web.services import Services, services_of


class SignInNeeded(Exception):
    """Nobody is signed in, or not lately enough; carries where to go on afterwards.

    Args:
        return_to: The page to go on to.
        again: Whether she is to sign in although she is signed in.
    """

    def __init__(self, return_to: ReturnTo, *, again: bool = False) -> None:
        super().__init__()
        self.return_to = return_to
        self.again = again


def cookie_name(services: Services) -> str:
    """Return the cookie's name: `__Host-` (RFC 6265bis) wherever there is TLS."""
    return "__Host-milieu" if is_secure(services) else "milieu"


def set_session_cookie(request: Request, response: Response, secret: str) -> None:
    """Give the browser its session."""
    services = services_of(request)
    response.set_cookie(
        cookie_name(services),
        secret,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        path="/",
        secure=is_secure(services),
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(request: Request, response: Response) -> None:
    """Make the browser forget its session."""
    services = services_of(request)
    response.delete_cookie(
        cookie_name(services), path="/", secure=is_secure(services), httponly=True, samesite="lax"
    )


def session_secret(request: Request) -> str | None:
    """Return the session's secret as the browser sent it."""
    return request.cookies.get(cookie_name(services_of(request)))


async def current_session(request: Request) -> CurrentSession | None:
    """Find who is signed in, or nobody."""
    secret = session_secret(request)
    return await services_of(request).customers.session(secret) if secret else None


async def signed_in(request: Request) -> CurrentSession:
    """Find who is signed in.

    Raises:
        SignInNeeded: Nobody; answered with a redirect to the sign-in page.
    """
    session = await current_session(request)
    if session is None:
        raise SignInNeeded(ReturnTo.of(request))
    return session


MaybeSession = Annotated[CurrentSession | None, Depends(current_session)]
SignedInSession = Annotated[CurrentSession, Depends(signed_in)]


def csrf_token(request: Request, session: CurrentSession, scope: str) -> str:
    """Make the token of one form: bound to the session and to `scope`.

    Args:
        request: The request that is answered with the form.
        session: Who gets the form.
        scope: What the form decides, such as a consent request's id.
    """
    vault = services_of(request).vault
    return vault.derive("csrf", f"{session.session_hash}|{scope}").hex()


def check_csrf(request: Request, session: CurrentSession, scope: str, token: str) -> None:
    """Refuse a form that was not made for this session and this decision.

    Raises:
        Forbidden: It was not.
    """
    expected = csrf_token(request, session, scope)
    if not hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass")):
        raise Forbidden("This form is out of date. Go back, reload the page and try again.")


def install(app: FastAPI) -> None:
    """Send people who are not signed in to the sign-in page."""

    async def on_sign_in_needed(_request: Request, error: Exception) -> Response:
        assert isinstance(error, SignInNeeded)  # noqa: S101 - registered for this class alone
        again = "&again=1" if error.again else ""
        return RedirectResponse(f"/sign-in?{error.return_to.query()}{again}", status_code=303)

    app.add_exception_handler(SignInNeeded, on_sign_in_needed)


def is_secure(services: Services) -> bool:
    """Tell whether the service is reached over TLS, which cookies are then bound to."""
    return services.issuer.startswith("https://")
