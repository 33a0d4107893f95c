"""Signing in at an OpenID provider, and adding an account there to her ways to sign in."""

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.errors import Conflict, Forbidden, MilieuError, Unavailable
from app.portal.forms import Csrf
from app.portal.notices import TROUBLE
from app.portal.redirect import see, to
from app.portal.render import page
from app.portal.step_up import check_fresh
from app.store.sign_in_attempts import Wish
from app.usecases.openid import Leaving
from app.usecases.sign_in_attempts import Wanted
from app.web.away import away_secret, clear_away_cookie, set_away_cookie
from app.web.return_to import ReturnTo
from app.web.services import ServicesOf
from app.web.session import (
    MaybeSession,
    SignedInSession,
    check_csrf,
    session_secret,
    set_session_cookie,
)

ACCOUNT = "account"

router = APIRouter()


@router.get("/sign-in/openid/{name}")
async def back_to_signing_in(request: Request) -> Response:
    """Lead back from the address of the page that leads on to the provider."""
    return see(request, "sign_in")


@router.post("/sign-in/openid/{name}", name="openid_sign_in")
async def begin(
    request: Request,
    services: ServicesOf,
    session: MaybeSession,
    name: str,
    return_to: Annotated[str, Form()] = "",
) -> Response:
    """Send somebody to a provider to sign in; who is signed in, to show again who she is."""
    wanted = str(ReturnTo.parse(return_to))
    wish = Wish.SIGN_IN if session is None else Wish.SIGN_IN_AGAIN
    try:
        leaving = await services.openid.begin(name, away_secret(request), wanted, session)
    except Unavailable as error:
        return _sorry(request, Wanted(wish, wanted), error)
    return _leave(request, leaving, "There you show who you are, and then you come back here.")


@router.get("/account/openid/{name}")
async def back_to_the_account(request: Request, _session: SignedInSession) -> Response:
    """Lead back from the address of the page that leads on to the provider."""
    return see(request, ACCOUNT)


@router.post("/account/openid/{name}", name="add_openid")
async def add(
    request: Request,
    services: ServicesOf,
    session: SignedInSession,
    name: str,
    csrf: Csrf = "",
) -> Response:
    """Send her to a provider, to add her account there to her ways to sign in."""
    check_csrf(request, session, "ways", csrf)
    check_fresh(services, session)
    try:
        leaving = await services.openid.begin_adding(name, away_secret(request), ACCOUNT, session)
    except Unavailable as error:
        return _sorry(request, Wanted(Wish.ADD, ACCOUNT), error)
    return _leave(request, leaving, "There you show which account is yours, and then come back.")


@router.get("/sign-in/openid/{name}/callback", name="openid_callback")
async def callback(
    request: Request, services: ServicesOf, session: MaybeSession, name: str
) -> Response:
    """Take her back from a provider; what went wrong is said where she began."""
    params = dict(request.query_params)
    if len(params) < len(request.query_params.multi_items()):
        params = {}  # of two states, or codes, neither counts (RFC 6749, section 3.1)
    browser = away_secret(request) or ""
    wanted = await services.openid.wanted(browser, params.get("state", ""))
    try:
        arrival = await services.openid.finish(name, browser, session, params)
    except (Forbidden, Conflict, Unavailable) as error:
        return _sorry(request, wanted, error, is_known=session is not None)
    if arrival.session_secret is None:
        response: Response = see(request, ACCOUNT, "way_added")
    else:
        earlier = session_secret(request)
        if earlier:
            await services.customers.sign_out(earlier)
        path = ReturnTo.parse(arrival.return_to).path
        response = to(f"{path}?done=new_here" if arrival.is_new else path)
        set_session_cookie(request, response, arrival.session_secret)
    clear_away_cookie(request, response)
    return response


def _leave(request: Request, leaving: Leaving, why: str) -> Response:
    # A page that goes on by itself: Chromium applies form-action to redirects too.
    host = urlsplit(leaving.url).netloc
    response = page(request, "leaving.html", address=leaving.url, host=host, why=why)
    set_away_cookie(request, response, leaving.browser)
    return response


def _sorry(
    request: Request, wanted: Wanted | None, error: MilieuError, *, is_known: bool = False
) -> Response:
    done = error.code if error.code in TROUBLE else "openid_failed"
    if wanted is None and is_known:
        return see(request, ACCOUNT, done)
    if wanted is not None and wanted.wish is Wish.ADD:
        return see(request, ACCOUNT, done)
    query = {"done": done}
    if wanted is not None:
        query["return_to"] = wanted.return_to
        if wanted.wish is Wish.SIGN_IN_AGAIN:
            query["again"] = "1"
    return to(f"{request.app.url_path_for('sign_in')}?{urlencode(query)}")
