"""Where to go on after signing in: names of our own pages, never an address."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from fastapi import Request

PAGES = {
    "context": "/context",
    "connections": "/connections",
    "grants": "/grants",
    "accesses": "/accesses",
    "account": "/account",
}
CONSENT = "consent"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{16,128}")


@dataclass(frozen=True, slots=True)
class ReturnTo:
    """A page to go on to.

    Attributes:
        page: One of `PAGES`, or `consent`.
        request: The consent request's id, for `consent` alone.
    """

    page: str = "context"
    request: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str()` wrote; anything else becomes the context page."""
        page, _, request = text.partition(":")
        if page == CONSENT and _REQUEST_ID.fullmatch(request):
            return cls(page, request)
        return cls(page) if page in PAGES and not request else cls()

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the page that a request was for."""
        page, _, rest = request.url.path.strip("/").partition("/")
        return cls.parse(f"{page}:{rest}" if page == CONSENT else page)

    @property
    def path(self) -> str:
        """The local path to redirect to."""
        return f"/consent/{self.request}" if self.page == CONSENT else PAGES[self.page]

    def query(self) -> str:
        """Return it as the sign-in page's query string."""
        return urlencode({"return_to": str(self)})

    def __str__(self) -> str:
        return f"{self.page}:{self.request}" if self.request else self.page
