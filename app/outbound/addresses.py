"""Which network addresses are public: the question behind every guarded connection.

Sources: IANA special-purpose address registries (RFC 6890), RFC 4291 (IPv6, IPv4-mapped),
RFC 6052 (NAT64), RFC 3056 and 4380 (6to4, Teredo).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from app.outbound.errors import OutboundFailed

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Resolves a host name and port to IP addresses in text; raises `OSError` when it cannot."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# A look-up that hangs cannot be cut off, only left behind; it must take no thread from the rest.
_LOOKING_UP = ThreadPoolExecutor(8, thread_name_prefix="look-up")


async def system_resolver(host: str, port: int) -> list[str]:
    """Resolve by the machine's own means, in threads of its own."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_LOOKING_UP, look_up)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet.

    An IPv6 address that carries an IPv4 one is as public as the one it carries. Tunnels (6to4,
    Teredo) count as private: they reach IPv4 addresses that the rest of the check never saw.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    tunnel = address.sixtofour is not None or address.teredo is not None
    return address in _GLOBAL_UNICAST and address.is_global and not tunnel


async def resolve(resolver: Resolver, host: str, port: int) -> list[Address]:
    """Resolve `host`, once.

    Raises:
        OutboundFailed: There is no such host, or its address makes no sense.
    """
    try:
        found = await resolver(host, port)
        addresses = [ip_address(text) for text in dict.fromkeys(found)]
    except (OSError, ValueError) as error:
        raise OutboundFailed(f"{host} cannot be found: check its spelling.") from error
    if not addresses:
        raise OutboundFailed(f"{host} has no address: check its spelling.")
    return addresses
