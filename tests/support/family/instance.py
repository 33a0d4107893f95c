"""What the family has in common: apps, codes, tokens, two lists, and pages of them."""

import base64
import hashlib
import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.clock import SettableClock
from tests.support.stage import came_back

Entity = dict[str, Any]
HER, PAGE, MOST = "mara", 20, 40


@dataclass(frozen=True)
class Said:
    """A status; one that boosts another has no words of its own."""

    id: str
    author: str
    html: str
    at: datetime
    visibility: str = "public"
    language: str | None = "en"
    answers: "Said | None" = None
    boosts: "Said | None" = None
    quotes: "Said | None" = None


@dataclass(frozen=True)
class App:
    """Who may ask for tokens."""

    id: str
    client_id: str
    client_secret: str
    name: str
    redirect_uri: str
    scopes: str


@dataclass(frozen=True)
class Code:
    """What she came back with."""

    app: App
    redirect_uri: str
    challenge: str | None


class Instance(ABC):
    """A server on which mara has an account, and follows everybody else.

    Attributes:
        left: Requests that are answered before the limit; None for any number.
        asked: What was asked, as method and path.
    """

    software: str
    pkce = True
    revokes = True

    def __init__(self, clock: SettableClock) -> None:
        self.clock = clock
        self.url = ""
        self.left: int | None = None
        self.asked: list[str] = []
        self.statuses: list[Said] = []
        self.ids: dict[str, str] = {}
        self.about: dict[str, Entity] = {}
        self.apps: dict[str, App] = {}
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, App] = {}
        self._made = 0

    # What a test does to it.

    def add(self, *handles: str, **about: Any) -> None:
        """Open accounts, with members that differ from what an account usually says."""
        for handle in handles:
            self.ids[handle] = self.new_id()
            self.about[handle] = about

    def said(self, author: str, html: str, *, ago: timedelta = timedelta(), **more: Any) -> Said:
        """Let somebody have written something."""
        at = self.clock() - ago
        self.statuses.append(Said(self.new_id(), author, html, at, **more))
        return self.statuses[-1]

    def consent(self, url: str) -> dict[str, str]:
        """Let her sign in and agree; return what she comes back with.

        Raises:
            AssertionError: She would stand on an error page, with no way back.
        """
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        app = self.apps.get(asked["client_id"])
        assert app, "she stands on a page that says: unknown client"
        assert asked["redirect_uri"] == app.redirect_uri
        assert set(asked["scope"].split()) <= set(app.scopes.split())
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(app, asked["redirect_uri"], asked["code_challenge"])
        return came_back(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    def forget_apps(self) -> None:
        """Drop every registration, with its tokens."""
        self.apps.clear()
        self.tokens.clear()

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def resets_at(self) -> datetime:
        """When the limit is lifted: in five minutes."""
        return self.clock() + timedelta(minutes=5)

    # What a software has of its own.

    def number(self) -> int:
        """Count what was made."""
        self._made += 1
        return self._made

    @abstractmethod
    def new_id(self) -> str:
        """Make an id, greater than those before."""

    @abstractmethod
    def account_entity(self, handle: str) -> Entity:
        """Describe an account."""

    @abstractmethod
    def status_entity(self, said: Said) -> Entity:
        """Describe a status."""

    @abstractmethod
    def limits(self, left: int) -> dict[str, str]:
        """Return the headers that tell of the limit."""

    def refuses_request(self, form: dict[str, str]) -> Response | None:
        """Answer a token request before its client is looked at, if it is wrong."""
        return None

    def own_token(self, app: App) -> Response:
        """Answer an app that asks for a token of its own."""
        return self.issued(app)

    def renewed(self, app: App, refresh_token: str) -> Response:
        """Answer an app that has a token renewed."""
        return JSONResponse({"error": "unsupported_grant_type"}, 400)

    def unknown_client(self) -> Response:
        """Answer a token request by an app that is not known."""
        return JSONResponse({"error": "invalid_client", "error_description": "unknown"}, 401)

    def wrong_code(self) -> Response:
        """Answer a token request by a code that is wrong."""
        return JSONResponse({"error": "invalid_grant", "error_description": "wrong"}, 400)

    def wrong_token(self) -> Response:
        """Answer a request by a token that is unknown or was revoked."""
        return JSONResponse({"error": "The access token is invalid"}, 401)

    def limited(self) -> Response:
        """Answer beyond the limit."""
        return JSONResponse({"error": "Too many requests"}, 429)

    def token_entity(self, app: App, token: str) -> Entity:
        """Describe a token."""
        return {
            "access_token": token,
            "token_type": "Bearer",
            "scope": app.scopes,
            "created_at": int(self.clock().timestamp()),
        }

    def app_entity(self, app: App) -> Entity:
        """Describe an app for who has just registered it."""
        return {
            "id": app.id,
            "name": app.name,
            "redirect_uri": app.redirect_uri,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "vapid_key": "BCk-QqERU0q",
        }

    def links(self, page: list[Said], *, more: bool) -> list[tuple[str, str, str]]:
        """Return what a page links to, in its order: relation, parameter, id.

        Mastodon leads on only from full pages; the others from every page with something on it.
        """
        newest, oldest = page[0].id, page[-1].id
        return [("next", "max_id", oldest), ("prev", "min_id", newest)]

    # What it answers.

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        self.asked.append(f"{request.method} {request.url.path}")
        form = {name: str(value) for name, value in (await request.form()).items()}
        response = self._within_limit() or self._answer(request, form)
        if self.left is not None:
            response.headers.update(self.limits(max(self.left, 0)))
        await response(scope, receive, send)

    def _within_limit(self) -> Response | None:
        if self.left is None:
            return None
        self.left -= 1
        return self.limited() if self.left < 0 else None

    def _answer(self, request: Request, form: dict[str, str]) -> Response:
        path = request.url.path
        if request.method == "POST":
            return self._posted(path, form)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return self.wrong_token() if path.startswith("/api/") else _missing()
        if path == "/api/v1/accounts/verify_credentials":
            return JSONResponse(self.account_entity(HER))
        if path == f"/api/v1/accounts/{self.ids[HER]}/statuses":
            return self._page(request, [one for one in self.statuses if one.author == HER])
        if path == "/api/v1/timelines/home":
            return self._page(request, self.statuses)
        return _missing()

    def _posted(self, path: str, form: dict[str, str]) -> Response:
        if path == "/api/v1/apps":
            return self._registered(form)
        if path == "/oauth/token":
            return self.refuses_request(form) or self._token(form)
        if path == "/oauth/revoke" and self.revokes:
            self.tokens.pop(form["token"], None)
            return self.revoked()
        return _missing()

    def revoked(self) -> Response:
        """Answer a revocation."""
        return JSONResponse({})

    def _registered(self, form: dict[str, str]) -> Response:
        number = self.number()
        app = App(
            str(number),
            f"{self.software}-{number}",
            secrets.token_urlsafe(32),
            form["client_name"],
            form["redirect_uris"],
            form["scopes"],
        )
        self.apps[app.client_id] = app
        return JSONResponse(self.app_entity(app))

    def _token(self, form: dict[str, str]) -> Response:
        app = self.apps.get(form["client_id"])
        if app is None or app.client_secret != form["client_secret"]:
            return self.unknown_client()
        if form["grant_type"] == "client_credentials":
            return self.own_token(app)
        if form["grant_type"] == "refresh_token":
            return self.renewed(app, form["refresh_token"])
        code = self.codes.pop(form["code"], None)
        known = code and (code.app, code.redirect_uri) == (app, form["redirect_uri"])
        if not code or not known or (self.pkce and not _proves(code, form["code_verifier"])):
            return self.wrong_code()
        return self.issued(app)

    def issued(self, app: App) -> Response:
        """Issue a token."""
        token = secrets.token_urlsafe(32)
        self.tokens[token] = app
        return JSONResponse(self.token_entity(app, token))

    def _page(self, request: Request, statuses: list[Said]) -> Response:
        query = request.query_params
        ordered = sorted(statuses, key=lambda one: one.id, reverse=True)
        older = [one for one in ordered if one.id < query.get("max_id", "~")]
        page = older[: min(int(query.get("limit", PAGE)), MOST)]
        response = JSONResponse([self.status_entity(one) for one in page])
        if page:
            kept = {"limit": query["limit"]} if "limit" in query else {}
            links = self.links(page, more=len(page) < len(older))
            response.headers["Link"] = ", ".join(
                f'<{self.url}{request.url.path}?{urlencode({**kept, name: id_})}>; rel="{rel}"'
                for rel, name, id_ in links
            )
        return response


def iso(moment: datetime) -> str:
    """Write a moment as Mastodon does."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _missing() -> Response:
    return JSONResponse({"error": "Record not found"}, 404)


def _proves(code: Code, verifier: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == code.challenge
