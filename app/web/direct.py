"""The lane for machines: addresses asked thousands of times an hour, answered without a framework.

For a request that costs a fifth of a millisecond, FastAPI's routes, dependencies and responses and
six layers of middleware cost as much again. What those layers promise, this lane keeps by the same
pieces: the headers of every answer, the log line, the documents for errors. Whatever is unusual
about a request (its size, its address, how its body comes) sends it along the usual way, where the
same endpoint stands among the routes.
"""

import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.observe import RequestLines
from app.web.problem import Handler
from app.web.security import HeaderPolicy, Wire
from app.web.services import Services
from app.web.unreadable import is_no_address

JSON = b"application/json"
NO_CONTENT = 204
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request, read whole.

    Attributes:
        method: HTTP method in capitals.
        headers: As ASGI carries them, names in lower case.
        query: The raw query string.
        body: The raw body.
    """

    method: str
    headers: Wire
    query: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer, ready for the wire."""

    status: int
    headers: Wire
    body: bytes

    @classmethod
    def of(cls, status: int, headers: Wire, body: bytes, media_type: bytes) -> "Outgoing":
        """Make an answer with a body."""
        length = b"%d" % len(body)
        described = [(b"content-length", length), (b"content-type", media_type), *headers]
        return cls(status, described, body)

    @classmethod
    def of_json(cls, status: int, headers: Wire, document: dict[str, Any]) -> "Outgoing":
        """Make an answer of a JSON document."""
        return cls.of(status, headers, _encode(document).encode(), JSON)

    @classmethod
    def empty(cls, status: int, headers: Wire) -> "Outgoing":
        """Make an answer without a body; 204 may not state a length (RFC 9110, section 8.6)."""
        length = [] if status == NO_CONTENT else [(b"content-length", b"0")]
        return cls(status, [*length, *headers], b"")

    def response(self) -> Response:
        """Return it as the usual way has it."""
        response = Response(self.body, self.status)
        response.raw_headers = list(self.headers)
        return response


async def incoming_of(request: Request) -> Incoming:
    """Read a request that came along the usual way."""
    body = await request.body()
    return Incoming(request.method, request.headers.raw, request.scope["query_string"], body)


Endpoint = Callable[[Incoming, Services], Awaitable[Outgoing]]


@dataclass(frozen=True, slots=True)
class Direct:
    """One address without parameters, for one method."""

    path: str
    method: str
    endpoint: Endpoint

    async def usual(self, request: Request) -> Response:
        """Answer a request that came along the usual way."""
        incoming = await incoming_of(request)
        return (await self.endpoint(incoming, request.app.state.services)).response()


class DirectLane:
    """ASGI middleware, around all others, that answers such addresses itself.

    Args:
        app: The application, with the same addresses among its routes.
        addresses: Each path once; another method than its own takes the usual way.
        policy: The headers of every answer.
        lines: Where requests are told of.
        failure: Makes an error's document.
        most: Bytes that a body may have.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        addresses: Iterable[Direct],
        policy: HeaderPolicy,
        lines: RequestLines,
        failure: Handler,
        most: int,
    ) -> None:
        self._app = app
        self._by_path = {one.path: one for one in addresses}
        self._policy = policy
        self._lines = lines
        self._failure = failure
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        one = self._by_path.get(scope["path"]) if scope["type"] == "http" else None
        if one is None or one.method != scope["method"] or not _is_usual(scope, self._most):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        body = await _whole(receive)
        if body is None:
            return
        answer = await self._answer(one, scope, body)
        headers = self._policy.completed(answer.headers)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
        self._lines.note(scope["method"], one.path, answer.status, started)

    async def _answer(self, one: Direct, scope: Scope, body: bytes) -> Outgoing:
        incoming = Incoming(scope["method"], scope["headers"], scope["query_string"], body)
        try:
            return await one.endpoint(incoming, scope["app"].state.services)
        except Exception as error:  # noqa: BLE001 - as for any route; the log tells the unexpected
            response = await self._failure(Request(scope), error)
            return Outgoing(response.status_code, response.raw_headers, bytes(response.body))


def _is_usual(scope: Scope, most: int) -> bool:
    """Say whether a request is what machines send: a short body of stated length, or none."""
    length = b"0" if scope["method"] == "GET" else b""
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = value
        elif name == b"transfer-encoding" or (
            name == b"content-type" and value[:10].lower() == b"multipart/"
        ):
            return False
    fits = length.isdigit() and len(length) <= len(str(most)) and int(length) <= most
    return fits and not is_no_address(scope["path"], scope["query_string"])


async def _whole(receive: Receive) -> bytes | None:
    """Read a body; None if whoever sent it is gone."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
