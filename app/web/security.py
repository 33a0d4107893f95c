"""Headers that keep pages from being framed, sniffed or scripted, on every response."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BASE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
POLICY = "Content-Security-Policy"
CACHE_CONTROL = b"cache-control"

Wire = list[tuple[bytes, bytes]]
"""Headers as ASGI carries them: names in lower case."""


class HeaderPolicy:
    """What every answer carries.

    Args:
        secure: Whether the service is reached over TLS, so that HSTS makes sense.
    """

    def __init__(self, *, secure: bool) -> None:
        headers = HEADERS | ({"Strict-Transport-Security": HSTS} if secure else {})
        # As they go over the wire: this runs for every answer there is.
        self._headers = _wire(headers | {POLICY: BASE_POLICY})
        self._without_policy = _wire(headers)
        self._ours = frozenset(name for name, _ in self._headers)

    def completed(
        self, headers: Iterable[tuple[bytes, bytes]], form_action: Iterable[str] = ()
    ) -> Wire:
        """Return an answer's headers with ours, which win; unless it says so, none is stored.

        Args:
            headers: Names in lower case.
            form_action: Origins besides our own that a form of the page leads to.
        """
        added = self._headers
        if form_action:
            policy = " ".join([BASE_POLICY, *form_action])
            added = [*self._without_policy, *_wire({POLICY: policy})]
        kept = [pair for pair in headers if pair[0] not in self._ours]
        if not any(name == CACHE_CONTROL for name, _ in kept):
            kept.append((CACHE_CONTROL, b"no-store"))
        return kept + added


class SecurityHeaders:
    """ASGI middleware that sets them.

    A page whose form leads on to another site (consent) names that origin in
    `request.state.form_action`, since Chromium applies form-action to redirects too.

    Args:
        app: The application.
        policy: What every answer carries.
    """

    def __init__(self, app: ASGIApp, *, policy: HeaderPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                form_action = scope.get("state", {}).get("form_action", ())
                headers = message.get("headers", ())
                message["headers"] = self._policy.completed(headers, form_action)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _wire(headers: dict[str, str]) -> Wire:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
