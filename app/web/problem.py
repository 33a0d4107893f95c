"""Errors as documents: problem+json (RFC 9457) for programs, a page for people."""

import logging
import traceback
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    INSUFFICIENT_SCOPE,
    TOKEN_MISSING,
    Conflict,
    Forbidden,
    Invalid,
    MilieuError,
    NotFound,
    Unauthenticated,
    Unavailable,
)

logger = logging.getLogger("milieu.web")

STATUS: dict[type[MilieuError], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://milieu.example/problems/"

ErrorPage = Callable[[Request, int, str, str], Response]


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="Address that names the kind of problem.")
    title: str = Field(description="The kind of problem, in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong this time and what to do.")
    code: str = Field(description="Stable code for programs.")


def problem(status: int, title: str, detail: str, code: str, headers: dict[str, str]) -> Response:
    """Render one error as problem+json."""
    body = Problem(type=TYPE_BASE + code, title=title, status=status, detail=detail, code=code)
    return JSONResponse(
        body.model_dump(),
        status,
        {"Cache-Control": "no-store", **headers},
        media_type=MEDIA_TYPE,
    )


def status_of(error: MilieuError) -> HTTPStatus:
    """Return the HTTP status of a domain error, by its nearest class in the table."""
    return next(
        (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def install(app: FastAPI, error_page: ErrorPage) -> None:
    """Make the application answer every error as a document.

    Args:
        app: The application.
        error_page: Renders an error for people: request, status, title, detail.
    """

    def answer(
        request: Request,
        status: int,
        title: str,
        detail: str,
        code: str,
        headers: dict[str, str] | None = None,
    ) -> Response:
        if _is_person(request):
            return error_page(request, status, title, detail)
        return problem(status, title, detail, code, headers or {})

    async def on_domain_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, MilieuError)  # noqa: S101 - registered for this class alone
        return answer(
            request,
            status_of(error),
            error.title,
            error.detail,
            error.code,
            _challenge(error),
        )

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return answer(request, HTTPStatus.BAD_REQUEST, Invalid.title, _explain(error), Invalid.code)

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        title, detail, code = _HTTP_ERRORS.get(error.status_code, _OTHER_HTTP_ERROR)
        return answer(request, error.status_code, title, detail, code, dict(error.headers or {}))

    def on_crash(request: Request) -> Response:
        return answer(
            request,
            HTTPStatus.INTERNAL_SERVER_ERROR,
            MilieuError.title,
            "This is our mistake, and it is in our log. Please try again in a moment.",
            "internal_error",
        )

    app.add_exception_handler(MilieuError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_middleware(CrashAnswer, page=on_crash)


class CrashAnswer:
    """ASGI middleware that answers an unexpected error, inside those that set headers and log.

    Starlette's own handler for any error stands outside them all.

    Args:
        app: The application.
        page: Renders the answer.
    """

    def __init__(self, app: ASGIApp, page: Callable[[Request], Response]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            logger.error("Unhandled %s at %s", type(error).__name__, _where(error))  # noqa: TRY400 - a traceback shows values
            if started or scope["type"] != "http":
                raise
            await self._page(Request(scope))(scope, receive, send)


# Our own words: Python's names of statuses change between its versions.
_HTTP_ERRORS = {
    404: ("Not found", "There is nothing at this address.", "not_found"),
    405: ("Method not allowed", "This address does not take this method.", "method_not_allowed"),
    413: ("Content too large", "Send less: a request is a few kilobytes.", "content_too_large"),
}
_OTHER_HTTP_ERROR = (Invalid.title, "The request could not be read.", Invalid.code)


def _is_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        "/v1/"
    )


def _challenge(error: MilieuError) -> dict[str, str]:
    # RFC 6750, section 3.1: no error code where no token was presented.
    if error.code == TOKEN_MISSING:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    if error.code == INSUFFICIENT_SCOPE:
        return {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    return {}


def _explain(error: RequestValidationError) -> str:
    # Where and why, never the value itself: it may be an identifier.
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
    )


def _where(error: Exception) -> str:
    # The message of an unexpected error may carry data; its kind and its places are enough.
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
