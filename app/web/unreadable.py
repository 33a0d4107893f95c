"""Requests that nobody here could mean: refused at the door, in one place."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Invalid
from app.web.problem import problem
from app.web.sizes import Sizes

BAD_REQUEST = 400
CONTENT_TOO_LARGE = 413
UNSUPPORTED_MEDIA_TYPE = 415
GIB = 1024**3


class RefuseUnreadable:
    """ASGI middleware that refuses addresses that are none, NUL in them, and uploads.

    An address is ASCII (RFC 3986, section 2), and Starlette fails on a query that is no UTF-8.
    PostgreSQL cannot store NUL, so no identifier of ours has it. Files are taken at few addresses;
    a multipart body may name any character set of Python's, some of which decode to no text at all.

    A body that says it is too large is refused before anybody reads it; one that does not say is
    cut off where it is read.

    Args:
        app: The application.
        sizes: Bytes that a body may have, and where files are taken.
    """

    def __init__(self, app: ASGIApp, *, sizes: Sizes) -> None:
        self._app = app
        self._sizes = sizes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, headers = scope["path"], Headers(scope=scope)
        most, takes_files = self._sizes.at(path), self._sizes.takes_files(path)
        if is_no_address(path, scope["query_string"]):
            detail = "An address is ASCII, percent-encoded, and here holds no NUL character."
            await problem(BAD_REQUEST, Invalid.title, detail, Invalid.code, {})(
                scope, receive, send
            )
        elif _is_more(headers.get("content-length", ""), most):
            detail = f"Send less: {_kept_to(most)}."
            await problem(CONTENT_TOO_LARGE, "Content too large", detail, "content_too_large", {})(
                scope, receive, send
            )
        elif headers.get("content-type", "").lower().startswith("multipart/") and not takes_files:
            detail = "Send forms as application/x-www-form-urlencoded."
            await problem(
                UNSUPPORTED_MEDIA_TYPE, Invalid.title, detail, "unsupported_media_type", {}
            )(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_more(length: str, most: int) -> bool:
    return length.isdigit() and int(length[:20]) > most


def _kept_to(most: int) -> str:
    return f"a file may have {most // GIB} GiB" if most >= GIB else "a request is a few kilobytes"


def is_no_address(path: str, query: bytes) -> bool:
    """Say whether nothing of ours can be at an address.

    Args:
        path: Decoded.
        query: Raw.
    """
    return "\0" in path or not query.isascii() or b"%00" in query or b"\0" in query
