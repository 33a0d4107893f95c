"""The desk's web application: one page, a few buttons, and what a session remembers."""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.sandbox.company import consent, reading
from app.sandbox.company.consent import Attempt, ConsentError, Declined, Registration, Tokens
from app.sandbox.company.reading import Refused
from app.sandbox.company.view import CHART_HEIGHT, CHART_WIDTH, lay_out
from app.sandbox.render import STATIC, html

SECTIONS = ("topics", "sentiment", "intents", "network", "rhythm")
"""What the desk asks for: what helps on the phone, and nothing beyond."""
PURPOSE = "dpv:CustomerCare"
AGENT = "Robin, service desk"
_COOKIE = "northwind_session"
_MAX_SESSIONS = 1000
_PATIENCE = httpx.Timeout(10.0)


class Stage(StrEnum):
    """How far a call is, and with it what the agent may do next."""

    NEW = "new"
    LINKED = "linked"
    DECLINED = "declined"
    ENDED = "ended"


@dataclass(slots=True)
class Session:
    """What the desk remembers of one call: in memory, never in the browser."""

    stage: Stage = Stage.NEW
    attempt: Attempt | None = None
    tokens: Tokens | None = None
    context: dict[str, Any] | None = None
    trouble: tuple[str, str] | None = None


class Desk:
    """The company's side of the conversation with the service."""

    def __init__(self, ours: Registration, http: httpx.AsyncClient) -> None:
        self.ours = ours
        self._http = http
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def session(self, cookie: str | None) -> tuple[str, Session]:
        """Return the session of a cookie, or a new one with its cookie."""
        if cookie is not None and cookie in self._sessions:
            return cookie, self._sessions[cookie]
        cookie = secrets.token_urlsafe(32)
        self._sessions[cookie] = Session()
        if len(self._sessions) > _MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return cookie, self._sessions[cookie]

    def forget(self, cookie: str | None) -> None:
        """End the call: tokens and context are gone."""
        self._sessions.pop(cookie or "", None)

    async def ask(self, session: Session) -> str:
        """Return where to send the customer."""
        metadata = await consent.discover(self._http, self.ours.issuer)
        address, session.attempt = consent.ask(metadata, self.ours)
        return address

    async def finish(self, session: Session, answer: dict[str, str]) -> None:
        """The customer is back: take the tokens, and read for the first time."""
        attempt, session.attempt = session.attempt, None
        if attempt is None:
            raise ConsentError("Nobody was asked", "Please ask the customer again.")
        metadata = await consent.discover(self._http, self.ours.issuer)
        try:
            session.tokens = await consent.finish(self._http, metadata, self.ours, attempt, answer)
        except Declined:
            if session.tokens is None:
                session.stage = Stage.DECLINED
            raise
        session.stage = Stage.LINKED
        await self.read(session)

    async def read(self, session: Session) -> None:
        """Read the context; a token that has run out is refreshed once.

        Once the customer has ended it, nothing is left to read with.
        """
        if session.tokens is None:
            raise ConsentError("Nobody was asked", "Please ask the customer first.")
        session.context = None
        try:
            session.context = await self._read_or_refresh(session, session.tokens)
        except Refused as refused:
            if refused.is_final:
                session.tokens, session.stage = None, Stage.ENDED
            raise

    async def _read_or_refresh(self, session: Session, tokens: Tokens) -> dict[str, Any]:
        try:
            return await self._read(tokens)
        except Refused as refused:
            if not refused.is_expired:
                raise
            session.tokens = await self._refreshed(tokens, refused)
            return await self._read(session.tokens)

    async def _read(self, tokens: Tokens) -> dict[str, Any]:
        return await reading.read_context(self._http, self.ours.issuer, tokens.access_token, AGENT)

    async def _refreshed(self, tokens: Tokens, refused: Refused) -> Tokens:
        metadata = await consent.discover(self._http, self.ours.issuer)
        try:
            return await consent.refresh(self._http, metadata, self.ours, tokens)
        except ConsentError:
            raise refused from None  # the consent itself is gone: the first answer says it best


async def show(request: Request) -> Response:
    """`GET /`: the desk."""
    cookie, session = _session(request)
    values = {
        "stage": session.stage,
        "sheet": None if session.context is None else lay_out(session.context, SECTIONS),
        "trouble": session.trouble,
        "chart": {"width": CHART_WIDTH, "height": CHART_HEIGHT},
    }
    issuer = urlsplit(_desk(request).ours.issuer)
    page = html("desk.html", values, form_target=f"{issuer.scheme}://{issuer.netloc}")
    return _with_cookie(request, page, cookie)


async def ask(request: Request) -> Response:
    """`POST /ask`: send the customer to the service."""
    cookie, session = _session(request)
    with _noting_trouble(session):
        return _with_cookie(
            request, RedirectResponse(await _desk(request).ask(session), 303), cookie
        )
    return _with_cookie(request, RedirectResponse("/", 303), cookie)


async def callback(request: Request) -> Response:
    """`GET /callback`: the customer is back."""
    cookie, session = _session(request)
    with _noting_trouble(session):
        await _desk(request).finish(session, dict(request.query_params))
    return _with_cookie(request, RedirectResponse("/", 303), cookie)


async def read(request: Request) -> Response:
    """`POST /read`: read again."""
    cookie, session = _session(request)
    with _noting_trouble(session):
        await _desk(request).read(session)
    return _with_cookie(request, RedirectResponse("/", 303), cookie)


async def end(request: Request) -> Response:
    """`POST /end`: the call is over."""
    _desk(request).forget(request.cookies.get(_COOKIE))
    return RedirectResponse("/", 303)


def create_company(
    issuer: str,
    client_id: str,
    client_secret: str,
    base_url: str,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Create the company's desk.

    Args:
        issuer: Address of the context service.
        client_id: The company's name there.
        client_secret: The company's secret there.
        base_url: The desk's own address; `{base_url}/callback` must be a registered redirect URI.
        transport: How to reach the service; the network unless given.

    Returns:
        An ASGI application.
    """
    ours = Registration(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=f"{base_url.rstrip('/')}/callback",
        scopes=tuple(f"context:{section}" for section in SECTIONS),
        purpose=PURPOSE,
    )
    app = Starlette(
        routes=[
            Route("/", show),
            Route("/ask", ask, methods=["POST"]),
            Route("/callback", callback),
            Route("/read", read, methods=["POST"]),
            Route("/end", end, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
    )
    app.state.desk = Desk(ours, httpx.AsyncClient(transport=transport, timeout=_PATIENCE))
    return app


def _desk(request: Request) -> Desk:
    return cast(Desk, request.app.state.desk)


def _session(request: Request) -> tuple[str, Session]:
    return _desk(request).session(request.cookies.get(_COOKIE))


@contextmanager
def _noting_trouble(session: Session) -> Iterator[None]:
    """Keep what goes wrong, in plain words, for the page that is shown next."""
    session.trouble = None
    try:
        yield
    except (ConsentError, Refused) as refusal:
        session.trouble = (refusal.title, refusal.detail)
    except (httpx.HTTPError, ValueError, KeyError):
        session.trouble = ("The context service does not answer", "Please try again in a moment.")


def _with_cookie(request: Request, answer: Response, cookie: str) -> Response:
    secure = request.url.scheme == "https"
    answer.set_cookie(_COOKIE, cookie, httponly=True, samesite="lax", secure=secure)
    return answer
