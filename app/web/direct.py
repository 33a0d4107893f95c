"""Addresses that machines ask thousands of times an hour, found by one look into a table.

FastAPI tries its routes one after the other, and builds a tree of dependencies for each request:
several times what a token request itself costs. An endpoint here gets the request and the services.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from app.web.services import Services, services_of

Endpoint = Callable[[Request, Services], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Direct:
    """One path without parameters, for one method."""

    path: str
    method: str
    endpoint: Endpoint


class DirectRoutes(BaseRoute):
    """Such paths, as one route that is asked before all others.

    Args:
        direct: The paths, each once; another method than its own is left to the other routes.
    """

    def __init__(self, *direct: Direct) -> None:
        self._by_path = {one.path: one for one in direct}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is for one of the paths."""
        one = self._by_path.get(scope["path"]) if scope["type"] == "http" else None
        if one is None or one.method != scope["method"]:
            return Match.NONE, {}
        return Match.FULL, {"route": one}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:  # noqa: ANN401 - as overridden
        """Find nothing: no page names these addresses."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        one: Direct = scope["route"]
        request = Request(scope, receive)
        response = await one.endpoint(request, services_of(request))
        await response(scope, receive, send)
