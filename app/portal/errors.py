"""The page a person sees when something went wrong."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.portal.render import page


def error_page(request: Request, status: int, title: str, detail: str) -> HTMLResponse:
    """Render an error for people.

    Args:
        request: What went wrong.
        status: HTTP status.
        title: The kind of error.
        detail: What is wrong and what to do.
    """
    return page(request, "error.html", status=status, code=status, heading=title, detail=detail)
