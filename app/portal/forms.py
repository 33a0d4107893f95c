"""What every form of the pages is checked for."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Request

from app.errors import Forbidden

Csrf = Annotated[str, Form()]
"""The form's token, from its hidden field."""

SAME_SITE = frozenset({"same-origin", "none"})


async def from_our_own_page(request: Request) -> None:
    """Refuse a form that another site sent.

    Guards the forms of people who are not signed in, which have no session to bind a token to, and
    is a second lock for all others (Fetch Metadata; RFC 6454, section 7, where it is missing).

    Raises:
        Forbidden: The browser says that another site sent it.
    """
    if request.method == "GET":
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        allowed = site in SAME_SITE
    else:
        origin = request.headers.get("origin")
        allowed = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not allowed:
        raise Forbidden("This form came from another site. Open the page here and try again.")
