"""The size a request's body may have."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Invalid
from app.web.problem import problem

MAX_BODY_BYTES = 64 * 1024
TOO_LARGE = 413


class BodyLimit:
    """ASGI middleware that refuses bodies past a size, announced or not.

    Args:
        app: The application.
        max_bytes: The most that is read.
    """

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
            if size > self._max_bytes:
                await self._refuse(scope, receive, send)
                return
        body: Message | None = {"type": "http.request", "body": b"".join(chunks)}

        async def receive_read() -> Message:
            nonlocal body
            if body is None:
                return await receive()
            message, body = body, None
            return message

        await self._app(scope, receive_read, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"A request may have {self._max_bytes} bytes at most."
        response = problem(
            TOO_LARGE, Invalid.title, detail, "body_too_large", {"Connection": "close"}
        )
        await response(scope, receive, send)
