"""Which account a handle names: by its DNS record, else by a file on its site.

https://atproto.com/specs/handle#handle-resolution. DNS is asked first, since it is where people
with domains of their own put it, and since asking it calls nobody's server: the machine's own
resolver is asked, and not another company, which would learn who links an account here.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import httpx

from app.connectors.asking import asked
from app.connectors.bluesky.address import is_did
from app.connectors.bluesky.fetching import check_status
from app.connectors.errors import ConnectorError

LOOK_UP_S = 5.0
PREFIX = "did="

TextRecords = Callable[[str], Awaitable[list[str]]]
"""Returns the TXT records of a name; none where there are none, or where they cannot be had."""


class Resolver:
    """Looks up TXT records.

    Args:
        server: Address and port of the DNS server to ask; the machine's own when omitted.
    """

    def __init__(self, server: tuple[str, int] | None = None) -> None:
        self._server = server

    async def __call__(self, name: str) -> list[str]:
        """Return the TXT records of a name, for which nothing is added or guessed."""
        try:
            answer = await self._resolver().resolve(
                dns.name.from_text(name), dns.rdatatype.TXT, lifetime=LOOK_UP_S, search=False
            )
        except (dns.exception.DNSException, OSError):
            return []
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def _resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=self._server is None)
        if self._server is not None:
            address, port = self._server
            resolver.nameservers, resolver.port = [address], port
        return resolver


async def did_of(
    client: httpx.AsyncClient, records: TextRecords, handle: str, now: datetime
) -> str | None:
    """Return the DID that a handle says to be; None where it says none, or several.

    That the DID says to be this handle is the caller's to see.

    Args:
        client: A guarded HTTP client.
        records: Looks up TXT records.
        handle: In lower case; its syntax has been checked.
        now: The present.
    """
    found = await records(f"_atproto.{handle}.")
    named = {text.removeprefix(PREFIX) for text in found if text.startswith(PREFIX)}
    if named:
        did = named.pop()
        return did if is_did(did) and not named else None
    try:
        url = httpx.URL(f"https://{handle}/.well-known/atproto-did")
        answer = await asked(client, url, "text/plain")
        check_status(answer, now)
    except ConnectorError:
        return None
    text = answer.text.strip()
    return text if is_did(text) else None
