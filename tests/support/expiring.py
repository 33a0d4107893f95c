"""A provider whose access tokens end and whose refresh tokens are good once, before the sandbox."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from app.clock import Clock

LIFETIME = timedelta(hours=2)


class Expiring:
    """An ASGI layer that puts tokens of its own in the place of the sandbox's.

    Args:
        app: The sandbox's network.
        clock: The present.

    Attributes:
        says_when: Whether it says when an access token ends.
        rotates: Whether a renewal brings another refresh token.
        renewals: How often tokens were renewed.
        replayed: How often a refresh token came twice.
        revoked: What was revoked.
        faults: What to answer to the next renewals, instead.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app, self._clock = app, clock
        self.says_when = self.rotates = True
        self.renewals = self.replayed = 0
        self.revoked: list[str] = []
        self.faults: list[Response] = []
        self.ended = False
        self._real = ""
        self._number = 0
        self._access: tuple[str, datetime] | None = None
        self._refresh = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/oauth/")):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = await self._answer(request)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
        path = request.url.path
        if path == "/oauth/token" and form.get("grant_type") == "refresh_token":
            return self._renewed(form["refresh_token"])
        if path == "/oauth/revoke":
            self.revoked.append(form["token"])
            return JSONResponse({})
        if path.startswith("/api/") and "authorization" in request.headers:
            return await self._api(request, body)
        answer = await self._pass(request, body)
        if path == "/oauth/token" and form.get("grant_type") == "authorization_code":
            self._real = answer.json()["access_token"]
            self.ended = False
            return self._issued()
        return _as_it_is(answer)

    async def _api(self, request: Request, body: bytes) -> Response:
        token, until = self._access or ("", self._clock())
        is_good = request.headers["authorization"] == f"Bearer {token}" and self._clock() < until
        if self.ended or not is_good:
            return JSONResponse({"error": "The access token expired"}, 401)
        return _as_it_is(await self._pass(request, body, self._real))

    def _renewed(self, presented: str) -> Response:
        if self.faults:
            return self.faults.pop(0)
        if self.ended or presented != self._refresh:
            self.replayed += not self.ended
            self.ended = True
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.renewals += 1
        return self._issued()

    def _issued(self) -> Response:
        self._number += 1
        self._access = (f"access-{self._number}", self._clock() + LIFETIME)
        content: dict[str, object] = {"access_token": self._access[0], "token_type": "Bearer"}
        if self.says_when:
            content["expires_in"] = int(LIFETIME.total_seconds())
        if self.rotates or not self._refresh:
            content["refresh_token"] = self._refresh = f"refresh-{self._number}"
        return JSONResponse(content)

    async def _pass(self, request: Request, body: bytes, token: str = "") -> httpx.Response:
        headers = [(name, value) for name, value in request.headers.raw if name != b"authorization"]
        if token:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, verify=False) as client:
            return await client.request(
                request.method, str(request.url), headers=headers, content=body
            )


def _as_it_is(answer: httpx.Response) -> Response:
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"content-length", "content-encoding", "transfer-encoding"}
    }
    return Response(answer.content, answer.status_code, headers)
