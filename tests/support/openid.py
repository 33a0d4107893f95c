"""An OpenID provider that says what a test wants it to say, over real HTTP; honest by itself.

Written from the specifications, and by joserfc's algorithms alone: none of the product's own code
is asked.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.usecases.openid_providers import Configured
from oauth.link.provider import ClientAuthentication, Registration
from tests.support.clock import SettableClock
from tests.support.jose import Key, encoded, signed
from tests.support.servers import serving

CLIENT_ID = "milieu & friends"
CLIENT_SECRET = "öffentlich: no"


class Told:
    """What is told in an answer's place."""

    def __init__(self, body: bytes = b"", status: int = 200, delay_s: float = 0) -> None:
        self.body, self.status, self.delay_s = body, status, delay_s


class TestProvider:
    """An OpenID provider.

    Attributes:
        subject: Who is signed in there.
        claims, header: Changes of the ID token; None leaves one out.
        document, answer, back: Changes of its document, its token response, its redirects.
        signs: The key that it signs with; `key` is the one that it publishes.
        shared: A secret that it signs with instead, by HS256.
        told: What it says in the place of an endpoint's answer, by path.
        asked: The paths that were called, in order.
    """

    __test__ = False  # a provider for tests, and no test

    def __init__(self, clock: SettableClock) -> None:
        self.clock = clock
        self.url = ""
        self.subject = "248289761001"
        self.key = self.signs = Key.new("RS256")
        self.kid = "one"
        self.shared: bytes | None = None
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.back: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.told: dict[str, Told] = {}
        self.asked: list[str] = []
        self.asked_for: dict[str, str] = {}
        self.authentication = "client_secret_basic"
        self._codes: dict[str, dict[str, str]] = {}

    def configured(self, name: str = "elsewhere", **changes: Any) -> Configured:
        """This provider as a deployment configures it."""
        usual = {
            "name": name,
            "title": name.title(),
            "issuer": self.url,
            "registration": Registration(CLIENT_ID, CLIENT_SECRET),
            "authentication": ClientAuthentication(self.authentication),
        }
        return Configured(**usual | changes)

    def environment(self, name: str = "elsewhere") -> dict[str, Any]:
        """This provider as a deployment's settings name it."""
        return {
            "name": name,
            "title": name.title(),
            "issuer": self.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._document),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
                Route("/userinfo", self._userinfo),
            ]
        )

    def id_token(self, nonce: str, access_token: str) -> str:
        now = int(self.clock().timestamp())
        digest = hashlib.sha256(access_token.encode()).digest()
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "at_hash": encoded(digest[:16]),
        } | self.claims
        header = {"alg": self.signs.algorithm, "kid": self.kid} | self.header
        if self.shared is None:
            return signed(_present(header), _present(claims), self.signs)
        signing_input = f"{encoded(header | {'alg': 'HS256'})}.{encoded(_present(claims))}"
        signature = hmac.digest(self.shared, signing_input.encode(), "sha256")
        return f"{signing_input}.{encoded(signature)}"

    async def _instead(self, request: Request) -> Response | None:
        self.asked.append(request.url.path)
        told = self.told.get(request.url.path)
        if told is None:
            return None
        await asyncio.sleep(told.delay_s)
        return Response(told.body, told.status, media_type="application/json")

    async def _document(self, request: Request) -> Response:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        } | self.document
        return await self._instead(request) or JSONResponse(_present(document))

    async def _authorize(self, request: Request) -> Response:
        asked = self.asked_for = dict(request.query_params)
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.url} | self.back
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(_present(back))}", 303)

    async def _token(self, request: Request) -> Response:
        instead = await self._instead(request)
        if instead is not None:
            return instead
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not self._knows(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or encoded(verifier) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe()
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(asked["nonce"], access_token),
        } | self.answer
        return JSONResponse(_present(answer))

    async def _jwks(self, request: Request) -> Response:
        jwk = {"kid": self.kid, "use": "sig", "alg": self.key.algorithm} | self.key.public
        return await self._instead(request) or JSONResponse({"keys": [jwk]})

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        told = {"sub": self.subject} | self.userinfo
        return await self._instead(request) or JSONResponse(told)

    def _knows(self, request: Request, form: dict[str, str]) -> bool:
        if self.authentication == "none":
            return form.get("client_id") == CLIENT_ID and "client_secret" not in form
        if self.authentication == "client_secret_post":
            found = form.get("client_id"), form.get("client_secret")
        else:
            kind, _, pair = request.headers.get("authorization", "").partition(" ")
            assert kind == "Basic"
            name, _, secret = base64.b64decode(pair).decode().partition(":")
            found = unquote_plus(name), unquote_plus(secret)
        return found == (CLIENT_ID, CLIENT_SECRET)


@contextmanager
def openid_provider(clock: SettableClock) -> Iterator[TestProvider]:
    """Serve a provider on loopback."""
    provider = TestProvider(clock)
    with serving(provider.app()) as provider.url:
        yield provider


async def visit(url: str) -> dict[str, str]:
    """Go to a provider as her browser does; return the query that she comes back with."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(url)
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
