"""Errors as documents: problem+json (RFC 9457) for programs, a page for people."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    Conflict,
    DatabaseDown,
    Forbidden,
    Invalid,
    MilieuError,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from oauth.server.access import INVALID_TOKEN, AccessRefused, challenge, scheme_of
from oauth.server.resources import API_PATH

logger = logging.getLogger("milieu.web")

STATUS: dict[type[MilieuError], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
TOKEN_MISSING = "token_missing"  # noqa: S105 - an error code
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "5"
TYPE_BASE = "https://milieu.example/problems/"

ErrorPage = Callable[[Request, int, str, str], Response]
Handler = Callable[[Request, Exception], Awaitable[Response]]


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


def install(app: FastAPI, error_page: ErrorPage, issuer: str) -> "Answers":
    """Make the application answer every error as a document.

    Args:
        app: The application.
        error_page: Renders an error for people: request, status, title, detail.
        issuer: Public base address, without a slash at the end.

    Returns:
        What makes the documents.
    """
    answers = Answers(error_page, issuer)
    for kind, handler in answers.handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(CrashAnswer, page=answers.on_crash)
    return answers


class Answers:
    """Turns each kind of error into its document.

    Args:
        error_page: Renders an error for people.
        issuer: Public base address, without a slash at the end.
    """

    def __init__(self, error_page: ErrorPage, issuer: str) -> None:
        self._error_page = error_page
        self._issuer = issuer
        self.handlers: dict[type[Exception], Handler] = {
            MilieuError: self.on_domain_error,
            DatabaseDown: self.on_database_down,
            AccessRefused: self.on_refused,
            RequestValidationError: self.on_invalid,
            HTTPException: self.on_http_error,
            OperationalError: self.on_database_down,
            InterfaceError: self.on_database_down,
            PoolTimeout: self.on_database_down,
        }

    async def of(self, request: Request, error: Exception) -> Response:
        """Answer any error; one that was not expected is logged."""
        for kind in type(error).__mro__:
            if kind in self.handlers:
                return await self.handlers[kind](request, error)
        note_crash(error)
        return self.on_crash(request)

    async def on_domain_error(self, request: Request, error: Exception) -> Response:
        """Answer a domain error."""
        assert isinstance(error, MilieuError)  # noqa: S101 - registered for this class alone
        headers = {}
        if isinstance(error, Unauthenticated):
            scheme = scheme_of(request.headers.get("authorization", ""))
            refused = AccessRefused(INVALID_TOKEN, error.detail, scheme=scheme)
            headers = challenge(refused, self._issuer, API_PATH)
        return self._answer(
            request, status_of(error), error.title, error.detail, error.code, headers
        )

    async def on_refused(self, request: Request, error: Exception) -> Response:
        """Answer a token that will not do, or none."""
        assert isinstance(error, AccessRefused)  # noqa: S101 - as above
        title = next(kind.title for kind, status in STATUS.items() if status == error.status)
        headers = challenge(error, self._issuer, API_PATH)
        code = error.error or TOKEN_MISSING
        return self._answer(request, error.status, title, error.description, code, headers)

    async def on_invalid(self, request: Request, error: Exception) -> Response:
        """Answer input that FastAPI could not validate."""
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return self._answer(request, 400, Invalid.title, _explain(error), Invalid.code)

    async def on_http_error(self, request: Request, error: Exception) -> Response:
        """Answer what Starlette refused."""
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        title, detail, code = _HTTP_ERRORS.get(error.status_code, _OTHER_HTTP_ERROR)
        headers = dict(error.headers or {})
        return self._answer(request, error.status_code, title, detail, code, headers)

    async def on_database_down(self, request: Request, error: Exception) -> Response:
        """Answer while the database does not."""
        cause = error.__cause__ or error
        logger.error("The database does not answer: %s at %s", type(cause).__name__, _where(cause))
        down = DatabaseDown()
        headers = {"Retry-After": RETRY_AFTER_S}
        return self._answer(request, status_of(down), down.title, down.detail, down.code, headers)

    def on_crash(self, request: Request) -> Response:
        """Answer a mistake of ours."""
        detail = "This is our mistake, and it is in our log. Please try again in a moment."
        return self._answer(request, 500, MilieuError.title, detail, "internal_error")

    def _answer(
        self,
        request: Request,
        status: int,
        title: str,
        detail: str,
        code: str,
        headers: dict[str, str] | None = None,
    ) -> Response:
        if _is_person(request):
            return self._error_page(request, status, title, detail)
        return problem(status, title, detail, code, headers or {})


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
            note_crash(error)
            if started or scope["type"] != "http":
                raise
            await self._page(Request(scope))(scope, receive, send)


def note_crash(error: Exception) -> None:
    """Log a mistake of ours, without its traceback, which shows values."""
    logger.error("Unhandled %s at %s", type(error).__name__, _where(error))


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


def _explain(error: RequestValidationError) -> str:
    # Where and why, never the value itself: it may be an identifier.
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
    )


def _where(error: BaseException) -> str:
    # The message of an unexpected error may carry data; its kind and its places are enough.
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
