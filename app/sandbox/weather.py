"""What can go wrong with a network, on demand: faults ordered by a test or a demo."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

Sleep = Callable[[float], Awaitable[None]]

_ERRORS = {
    429: "Too many requests",
    500: "Something went wrong on our end",
    502: "Bad gateway",
    503: "There was a temporary problem serving your request, please try again",
    504: "Gateway timeout",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request.

    Attributes:
        status: HTTP status to answer with; None to answer properly, only late.
        delay: How long the answer is held back. Longer than a client's patience, it is a timeout.
    """

    status: int | None = None
    delay: timedelta = timedelta()


class Weather:
    """Faults that wait for the next requests to the interface (pages are spared)."""

    def __init__(self) -> None:
        self._faults: deque[Fault] = deque()

    def fail_next(self, count: int, status: int = 503) -> None:
        """Answer the next `count` requests with an error."""
        self._faults.extend([Fault(status)] * count)

    def slow_next(self, count: int, delay: timedelta, status: int | None = None) -> None:
        """Hold back the next `count` answers; with a status, to answer with that in the end."""
        self._faults.extend([Fault(status, delay)] * count)

    def clear(self) -> None:
        """Forget all faults that wait."""
        self._faults.clear()

    def take(self) -> Fault | None:
        """Return the fault of the next request, if one waits."""
        return self._faults.popleft() if self._faults else None


class WeatherMiddleware:
    """Lets the faults happen."""

    def __init__(self, app: ASGIApp, weather: Weather, sleep: Sleep = asyncio.sleep) -> None:
        self._app = app
        self._weather = weather
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or spoil it."""
        fault = self._weather.take() if is_interface(scope) else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.delay:
            await self._sleep(fault.delay.total_seconds())
        if fault.status is None:
            await self._app(scope, receive, send)
            return
        error = _ERRORS.get(fault.status, "Something went wrong on our end")
        await JSONResponse({"error": error}, fault.status)(scope, receive, send)


def is_interface(scope: Scope) -> bool:
    """Tell whether a request goes to the interface for programs."""
    path: str = scope.get("path", "")
    return scope["type"] == "http" and path.startswith(("/api/", "/oauth/token", "/oauth/revoke"))
