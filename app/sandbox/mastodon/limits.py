"""Rate limits and their headers, as Mastodon has them: so many requests per caller and window.

Source: docs.joinmastodon.org/api/rate-limits.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import Clock
from app.sandbox.mastodon.entities import iso
from app.sandbox.weather import is_interface


@dataclass(slots=True)
class RateLimit:
    """How many requests one caller may make; can be changed while the network runs.

    Attributes:
        limit: Requests per window.
        window: Length of the window; windows begin at multiples of it.
    """

    limit: int = 300
    window: timedelta = timedelta(minutes=5)


class RateLimitMiddleware:
    """Counts requests per token (or address) and refuses those beyond the limit."""

    def __init__(self, app: ASGIApp, rate_limit: RateLimit, clock: Clock) -> None:
        self._app = app
        self._rate_limit = rate_limit
        self._clock = clock
        self._window_end = datetime.min.replace(tzinfo=UTC)
        self._spent: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request within the limit."""
        if not is_interface(scope):
            await self._app(scope, receive, send)
            return
        remaining = self._spend(_caller(scope))
        headers = {
            "X-RateLimit-Limit": str(self._rate_limit.limit),
            "X-RateLimit-Remaining": str(max(0, remaining)),
            "X-RateLimit-Reset": iso(self._window_end),
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        if remaining < 0:
            refused = JSONResponse({"error": "Too many requests"}, 429)
            await refused(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _spend(self, caller: str) -> int:
        now, window = self._clock(), self._rate_limit.window
        if now >= self._window_end:
            self._spent.clear()
            epoch = datetime(1970, 1, 1, tzinfo=UTC)
            self._window_end = epoch + ((now - epoch) // window + 1) * window
        self._spent[caller] += 1
        return self._rate_limit.limit - self._spent[caller]


def _caller(scope: Scope) -> str:
    token = Headers(scope=scope).get("authorization")
    client = scope.get("client") or ("nobody", 0)
    return token or str(client[0])
