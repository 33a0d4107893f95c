"""httpx's transport over httpcore's public pool, with our guard as the pool's network."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from app.outbound.decoding import Decoder
from app.outbound.errors import OutboundFailed, OutboundTooLarge, OutboundTooSlow
from app.outbound.guard import Guard

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost.

    Args:
        connect_s: Seconds to connect, TLS included.
        read_s: Seconds between two pieces of the answer.
        total_s: Seconds for the whole exchange.
        body_bytes: Size of the decoded body.
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    body_bytes: int = 4 * 1024 * 1024


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests through guarded connections and reads each answer whole, within limits.

    No proxy, nothing from the environment, no retries.

    Args:
        guard: Opens the connections.
        limits: What one answer may cost.
        tls: Verifies the other side's certificate.
    """

    def __init__(self, guard: Guard, limits: Limits, tls: ssl.SSLContext) -> None:
        self._guard = guard
        self._limits = limits
        self._pool = httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=guard)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the address, send the request, read the answer.

        Raises:
            OutboundRefused: The address is not called.
            OutboundFailed: It cannot be reached, is too slow, or answers too much.
        """
        host = request.url.host
        with _failures_of(host):
            async with asyncio.timeout(self._limits.total_s):
                answer = await self._pool.handle_async_request(self._checked(request))
                try:
                    return await self._read(answer, host)
                finally:
                    await answer.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    def _checked(self, request: httpx.Request) -> httpcore.Request:
        url = request.url
        # The port is always written out, so that what is checked is what is connected to.
        port = url.port or DEFAULT_PORTS.get(url.scheme, 0)
        self._guard.check_url(url.scheme, url.raw_host.decode("ascii"), port)
        return httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )

    async def _read(self, answer: httpcore.Response, host: str) -> httpx.Response:
        headers = httpx.Headers(answer.headers)
        decoder = Decoder(headers.get("Content-Encoding", ""), host)
        body, limit = bytearray(), self._limits.body_bytes
        async for piece in answer.aiter_stream():
            body += decoder.feed(piece, limit + 1 - len(body))
            if len(body) > limit:
                raise OutboundTooLarge(f"{host} answers with more than is read.")
        decoder.end()
        for described_the_encoded in ("Content-Encoding", "Content-Length", "Transfer-Encoding"):
            headers.pop(described_the_encoded, None)
        return httpx.Response(answer.status, headers=headers, content=bytes(body))


@contextmanager
def _failures_of(host: str) -> Iterator[None]:
    # The cause is cut off: a library's message may quote what the other side sent.
    try:
        yield
    except (httpcore.TimeoutException, TimeoutError):
        raise OutboundTooSlow(f"{host} did not answer in time.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise OutboundFailed(f"{host} cannot be reached, or does not speak HTTP.") from None
