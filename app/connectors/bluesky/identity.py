"""Who an account is: its DID document, and the handle that it confirms.

A handle is a name that anybody can claim for a DID, and a DID for a handle; only what both say is
believed (https://atproto.com/specs/handle#handle-resolution).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from app.connectors.bluesky.address import host_of, is_did, is_handle, server_at
from app.connectors.bluesky.fetching import document
from app.connectors.bluesky.names import TextRecords, did_of
from app.connectors.errors import ProviderChanged

SERVICE_ID = "#atproto_pds"
SERVICE_TYPE = "AtprotoPersonalDataServer"
CLAIM = "at://"


@dataclass(frozen=True, slots=True)
class Identity:
    """What an account's DID document says.

    Attributes:
        did: What names the account for good.
        claimed: The handle that it claims, not yet confirmed; empty if it claims none.
        server: Base address of the personal data server that holds the account.
    """

    did: str
    claimed: str = field(repr=False)
    server: str


class Identities:
    """Looks accounts up.

    Args:
        directory: Base address of the directory of `did:plc`.
        records: Looks up TXT records.
        exceptions: Exact `host:port` pairs that need no TLS.
    """

    def __init__(self, directory: str, records: TextRecords, exceptions: frozenset[str]) -> None:
        self._directory = directory.rstrip("/")
        self._records = records
        self._exceptions = exceptions

    async def named(self, client: httpx.AsyncClient, handle: str, now: datetime) -> Identity | None:
        """Return the account that a handle names and that claims the handle; None if none does.

        Raises:
            ConnectorError: The account's document cannot be had.
        """
        did = await did_of(client, self._records, handle, now)
        if did is None:
            return None
        identity = await self.of(client, did, now)
        return identity if identity.claimed == handle else None

    async def of(self, client: httpx.AsyncClient, did: str, now: datetime) -> Identity:
        """Return what the document of a DID says.

        Raises:
            Gone: There is no such account any more.
            ConnectorError: It cannot be had, or says nothing that is understood.
        """
        content = await document(client, self._address(did), now)
        server = server_at(_endpoint(content, did), self._exceptions)
        if content.get("id") != did or server is None:
            raise ProviderChanged("The document of the account does not say where it is.")
        return Identity(did, _claimed(content), server)

    async def shown(self, client: httpx.AsyncClient, identity: Identity, now: datetime) -> str:
        """Return how she knows an account: by its handle if that confirms it, else by its DID."""
        if not identity.claimed:
            return identity.did
        did = await did_of(client, self._records, identity.claimed, now)
        return f"@{identity.claimed}" if did == identity.did else identity.did

    def _address(self, did: str) -> str:
        host = host_of(did)
        if host is None:
            return f"{self._directory}/{did}"
        scheme = "http" if host in self._exceptions else "https"
        return f"{scheme}://{host}/.well-known/did.json"


def issued_to(subject: str | None) -> str:
    """Return the DID that tokens were issued for.

    Raises:
        ProviderChanged: They were issued for something else.
    """
    if subject is None or not is_did(subject):
        raise ProviderChanged("The server does not say whose account this is.")
    return subject


def _claimed(content: dict[str, Any]) -> str:
    names = content.get("alsoKnownAs")
    claims = [
        name.removeprefix(CLAIM).lower()
        for name in (names if isinstance(names, list) else [])
        if isinstance(name, str) and name.startswith(CLAIM)
    ]
    return claims[0] if claims and is_handle(claims[0]) else ""


def _endpoint(content: dict[str, Any], did: str) -> object:
    services = content.get("service")
    for service in services if isinstance(services, list) else []:
        if not isinstance(service, dict) or service.get("type") != SERVICE_TYPE:
            continue
        if service.get("id") in {SERVICE_ID, f"{did}{SERVICE_ID}"}:
            return service.get("serviceEndpoint")
    return None
