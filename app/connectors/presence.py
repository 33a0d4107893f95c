"""What an account says of itself to machines: its own addresses, and which others are hers too.

Beside the window and never in it: the engine sees no address, and no digest has room for one.
https://microformats.org/wiki/rel-me describes what is meant by naming another page as one's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import httpx

from context.post import Window

MAX_LINKS = 40
"""More than anybody links to as her own; a page may be an archive of links."""
MAX_LENGTH = 500
"""Characters of an address."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Where an account is, and what it names as hers. Addresses are as `plain_address` writes them.

    Attributes:
        addresses: Where the account itself is, within what its provider can speak for.
        links: What it names as hers, by `rel="me"` or its like.
        checked: Those of `links` of which its provider has seen that they name the account back.
        domains: Hosts of which its provider has seen that they are hers as a whole.
    """

    addresses: tuple[str, ...] = field(default=(), repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)
    checked: tuple[str, ...] = field(default=(), repr=False)
    domains: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(
        cls,
        addresses: Iterable[str],
        links: Iterable[str] = (),
        checked: Iterable[str] = (),
        domains: Iterable[str] = (),
    ) -> Self:
        """Make one of addresses as they stand there; what is none, or too much, is left out."""
        return cls(
            addresses=_plain(addresses),
            links=_plain([*checked, *links]),
            checked=_plain(checked),
            domains=tuple(sorted({host.lower().rstrip(".") for host in domains}))[:MAX_LINKS],
        )


@dataclass(frozen=True, slots=True)
class PresentWindow(Window):
    """A window, and beside it what the account says of itself.

    Attributes:
        presence: None where that could not be had this time: what was known stays.
    """

    presence: Presence | None = field(default=None, kw_only=True)


def plain_address(address: str) -> str | None:
    """Return an address in the one spelling in which it is compared; None if it is none.

    People write the same page with and without TLS, `www` aside, or a slash at its end.
    """
    if len(address) > MAX_LENGTH:
        return None
    try:
        url = httpx.URL(address.strip())
        path = url.raw_path.decode("ascii").rstrip("/")
        host = url.netloc.decode("ascii").lower().rstrip(".")
    except (httpx.InvalidURL, ValueError):
        return None
    if url.scheme not in {"http", "https"} or not host or url.userinfo:
        return None
    return host + path


def host_of(address: str) -> str:
    """Return the host of a plain address, with its port if it has one."""
    return address.partition("/")[0]


def _plain(addresses: Iterable[str]) -> tuple[str, ...]:
    plain = dict.fromkeys(plain_address(address) for address in addresses)
    return tuple(address for address in plain if address is not None)[:MAX_LINKS]
