"""The network beneath the HTTP client: it connects to checked addresses only."""

import asyncio
from collections.abc import Iterable

import httpcore

from app.outbound.addresses import Resolver, is_public, resolve
from app.outbound.errors import OutboundRefused

HTTPS_PORT = 443


class Guard(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses, resolved once and pinned.

    The name is resolved here and the socket opened to the very address that was checked, so that
    a name which answers differently the second time (DNS rebinding) gains nothing. TLS still
    verifies the name, because only the socket uses the address.

    Args:
        exceptions: Exact `host:port` pairs that may be private and need no TLS.
        resolver: Resolves names.
        network: Opens the sockets.
    """

    def __init__(
        self,
        exceptions: frozenset[str],
        resolver: Resolver,
        network: httpcore.AsyncNetworkBackend,
    ) -> None:
        self._exceptions = exceptions
        self._resolver = resolver
        self._network = network

    def check_url(self, scheme: str, host: str, port: int) -> None:
        """Refuse what needs no look at the network: another scheme, another port.

        Raises:
            OutboundRefused: It is neither https on its own port nor an exception.
        """
        if self._is_exception(host, port):
            return
        if scheme != "https" or port != HTTPS_PORT:
            raise OutboundRefused(f"{host} must be given as an https address without a port.")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to `host`, if each of its addresses is public or the pair is an exception.

        Args:
            host: Name or address.
            port: Its port.
            timeout: Seconds for the look-up, and again for each address; None waits for ever.
            local_address: Where to connect from.
            socket_options: For the socket.

        Raises:
            OutboundRefused: One of its addresses is not public.
            OutboundFailed: It cannot be resolved.
            TimeoutError: It is not resolved in time.
            httpcore.NetworkError: No address accepts the connection.
        """
        async with asyncio.timeout(timeout):
            addresses = await resolve(self._resolver, host, port)
        if not self._is_exception(host, port) and not all(map(is_public, addresses)):
            raise OutboundRefused(f"{host} is not a public address; it is not called.")
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failure = error
        raise httpcore.ConnectError(f"{host} accepts no connection.") from failure

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between attempts."""
        await self._network.sleep(seconds)

    def _is_exception(self, host: str, port: int) -> bool:
        name = f"[{host}]" if ":" in host else host.lower()
        return f"{name}:{port}" in self._exceptions
