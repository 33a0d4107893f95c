"""A server that answers over real HTTP what was recorded, exchange for exchange."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from tests.foreign.recordings import Exchange
from tests.support.servers import serving

# What frames an answer is the server's own; what it was compressed with is taken off.
FRAMING = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})


class Replay:
    """Answers each request as it was answered; each recorded exchange once, in its order.

    A list that was not recorded to its end goes on with an empty page: `beyond` counts those.
    """

    def __init__(self, recorded: Iterable[Exchange]) -> None:
        self.recorded = list(recorded)
        self.asked: list[str] = []
        self.beyond = 0
        self.url = ""

    def play(self, *more: Exchange) -> None:
        """Have these answered before what is left."""
        self.recorded = [*more, *self.recorded]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        grant_type = (await request.form()).get("grant_type")
        response = self._response(request, grant_type)
        await response(scope, receive, send)

    def _response(self, request: Request, grant_type: str | None) -> Response:
        self.asked.append(f"{request.method} {request.url.path}")
        for exchange in self.recorded:
            if _answers(exchange, request, grant_type):
                self.recorded.remove(exchange)
                return self._played(exchange)
        if "max_id" in request.query_params:
            self.beyond += 1
            return Response(b"[]", media_type="application/json")
        return Response(json.dumps({"error": "not recorded"}), 404, media_type="application/json")

    def _played(self, exchange: Exchange) -> Response:
        base = "{0.scheme}://{0.netloc}".format(urlsplit(exchange.url))
        headers = {
            name: value.replace(base, self.url)
            for name, value in exchange.headers.items()
            if name not in FRAMING
        }
        return Response(exchange.body, exchange.status, headers)


def _answers(exchange: Exchange, request: Request, grant_type: str | None) -> bool:
    """Tell whether an exchange is about this request; how long pages are is the recorded one's."""
    same = (exchange.method, exchange.path) == (request.method, request.url.path)
    # She was signed in by her password where we bring a code: the answers are of one form.
    kind = exchange.form.get("grant_type", "").replace("password", "authorization_code")
    return (
        same
        and kind == (grant_type or "")
        and exchange.query.get("max_id") == request.query_params.get("max_id")
    )


@contextmanager
def replaying(recorded: Iterable[Exchange]) -> Iterator[Replay]:
    """Serve recorded exchanges for as long as the context lasts."""
    replay = Replay(recorded)
    with serving(replay) as url:
        replay.url = url
        yield replay
