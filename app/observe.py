"""Logs: one line a request, without addresses' secrets, without bodies, without posts."""

import asyncio
import logging
import statistics
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("milieu.requests")

BAD_REQUEST = 400

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
# These print tokens, addresses or statements with their values when asked for more than warnings.
CHATTY = ("authlib", "httpx", "httpcore", "sqlalchemy", "aiosqlite", "asyncio", "uvicorn.access")


class SecondsKept(logging.Formatter):
    """Formats the time once a second, and adds the milliseconds."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self._second, self._text = -1, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's own name
        """Write the moment of a line as `logging.Formatter` does."""
        second = int(record.created)
        if second != self._second:
            self._second, self._text = second, super().formatTime(record, datefmt)[:-4]
        return f"{self._text},{int(record.msecs):03d}"


def configure_logging(level: str) -> None:
    """Write logs to standard error from `level` on, and silence what would tell too much."""
    logging.basicConfig(level=level.upper(), format=LINE, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(SecondsKept(LINE))
    # What no line of ours tells is not looked up either: a walk up the stack, thread and process
    # (https://docs.python.org/3/howto/logging.html#optimization). It is half of a line's cost.
    logging._srcfile = None  # noqa: SLF001 - the documented switch
    logging.logThreads = logging.logMultiprocessing = logging.logProcesses = False
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class RequestLines:
    """Writes the lines of requests: of many good ones alike within a second, one for the rest.

    A line costs a tenth of the request it tells of.
    """

    def __init__(self) -> None:
        self._this_second: dict[tuple[str, str, int], list[float]] = {}

    def note(self, method: str, route: str, status: int, started: float) -> None:
        """Tell of a request.

        Args:
            method: HTTP method.
            route: The route's template, never the path itself: paths carry one-time secrets.
            status: HTTP status.
            started: When it began, by `time.perf_counter`.
        """
        elapsed_ms = (time.perf_counter() - started) * 1000
        alike = (method, route, status)
        rest = self._this_second.get(alike)
        if rest is not None:
            rest.append(elapsed_ms)
            return
        logger.info("%s %s %d %.1f ms", *alike, elapsed_ms)
        if status < BAD_REQUEST and logger.isEnabledFor(logging.INFO):
            self._this_second[alike] = []
            asyncio.get_running_loop().call_later(1, self._note_rest, alike)

    def close(self) -> None:
        """Tell what is left to tell."""
        for alike in list(self._this_second):
            self._note_rest(alike)

    def _note_rest(self, alike: tuple[str, str, int]) -> None:
        rest = self._this_second.pop(alike, [])
        if rest:
            line = "%s %s %d and %d more in a second, %.1f ms in the median, %.1f ms at most"
            logger.info(line, *alike, len(rest), statistics.median(rest), max(rest))


class RequestLog:
    """ASGI middleware: method, route, status and duration of each request.

    Args:
        app: The application.
        lines: Writes them.
    """

    def __init__(self, app: ASGIApp, *, lines: RequestLines) -> None:
        self._app = app
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            self._lines.note(scope["method"], route, status, started)
