"""The HTTP client that the rest of the service uses for other people's addresses."""

import ssl

import httpcore
import httpx

from app.outbound.addresses import Resolver, system_resolver
from app.outbound.guard import Guard
from app.outbound.transport import GuardedTransport, Limits

USER_AGENT = "Milieu (customer context, with her consent)"


class Outbound:
    """Makes guarded HTTP clients.

    Args:
        exceptions: Exact `host:port` pairs that may be private and need no TLS.
        limits: What one answer may cost.
        resolver: Resolves names; another one in tests.
        network: Opens the sockets; another one in tests.
        tls: Verifies certificates; the public authorities when omitted.
    """

    def __init__(
        self,
        exceptions: frozenset[str] = frozenset(),
        *,
        limits: Limits | None = None,
        resolver: Resolver = system_resolver,
        network: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.exceptions = frozenset(pair.lower() for pair in exceptions)
        self._limits = limits or Limits()
        self._guard = Guard(self.exceptions, resolver, network or httpcore.AnyIOBackend())
        self._tls = tls or httpx.create_ssl_context(trust_env=False)

    def client(self) -> httpx.AsyncClient:
        """Make a client for one piece of work; use it as an async context manager.

        It follows no redirects, and whatever it raises about the other side is an
        `OutboundRefused` or an `OutboundFailed`.
        """
        return httpx.AsyncClient(
            transport=GuardedTransport(self._guard, self._limits, self._tls),
            timeout=httpx.Timeout(self._limits.read_s, connect=self._limits.connect_s),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        )
