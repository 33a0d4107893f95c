"""Her token on requests to the server that issued it, and on no others (RFC 6750, section 2.1)."""

from collections.abc import Generator

import httpx


class BearerAuth(httpx.Auth):
    """Puts a token on requests to one origin.

    Args:
        access_token: As issued.
        base: Address of the server it is for.
    """

    def __init__(self, access_token: str, base: str) -> None:
        self._value = f"Bearer {access_token}"
        self._origin = origin(httpx.URL(base))

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request, with the token if it goes where the token is for."""
        if origin(request.url) == self._origin:
            request.headers["Authorization"] = self._value
        yield request


def origin(url: httpx.URL) -> tuple[str, bytes]:
    """Return the scheme, host and port of an address (RFC 6454)."""
    return url.scheme, url.netloc
