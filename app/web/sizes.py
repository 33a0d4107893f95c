"""How much a request may carry: a few kilobytes, but for files where one is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Sizes:
    """The most bytes that a body may have.

    Attributes:
        most: At any address but those where files are taken.
        files: At each of those.
    """

    most: int
    files: Mapping[str, int] = field(default_factory=dict)

    def at(self, path: str) -> int:
        """Return the most at an address."""
        return self.files.get(path, self.most)

    def takes_files(self, path: str) -> bool:
        """Say whether a file is taken at an address."""
        return path in self.files


class LimitBodies:
    """ASGI middleware that cuts off what is too large where it is read.

    Args:
        app: The application.
        sizes: The most there is.
    """

    def __init__(self, app: ASGIApp, *, sizes: Sizes) -> None:
        self._sizes = sizes
        limits = {sizes.most, *sizes.files.values()}
        self._limited = {most: RequestBodyLimitMiddleware(app, most) for most in limits}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        most = self._sizes.at(scope.get("path", ""))
        await self._limited[most](scope, receive, send)
