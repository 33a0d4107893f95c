"""The page a person sees when something went wrong."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.portal.render import page
from app.web.session import session_secret


def error_page(request: Request, status: int, title: str, detail: str) -> HTMLResponse:
    """Render an error for people, with the way on to their pages for who has a session.

    Whether the session still holds is not asked here, where something is wrong already: the pages
    ask, and send who is not signed in to signing in.

    Args:
        request: What went wrong.
        status: HTTP status.
        title: The kind of error.
        detail: What is wrong and what to do.
    """
    return page(
        request,
        "error.html",
        status=status,
        is_known=session_secret(request) is not None,
        code=status,
        heading=title,
        detail=detail,
    )
