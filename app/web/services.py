"""The use cases, as routes find them: built by `app.wiring`, kept at `app.state.services`."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from app.clock import Clock
from app.mail import Outbox
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.accesses import Accesses
from app.usecases.authorization import Authorization
from app.usecases.clients import Clients
from app.usecases.connections import Connections
from app.usecases.consents import Consents
from app.usecases.contexts import Contexts
from app.usecases.customers import Customers
from app.usecases.description import Description
from app.usecases.erasure import Erasure
from app.usecases.grants import Grants
from app.usecases.managed_grants import ManagedGrants
from app.usecases.merging import Merging
from app.usecases.openid import OpenIDSignIn
from app.usecases.reencryption import Reencryption
from app.usecases.refresh import Refresh
from app.usecases.signing_keys import SigningKeys
from app.usecases.unmerging import Unmerging
from app.usecases.uploads import Uploads
from app.usecases.ways_in import WaysIn


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a route may use."""

    issuer: str
    clock: Clock
    database: Database
    vault: Vault
    customers: Customers
    openid: OpenIDSignIn
    ways_in: WaysIn
    erasure: Erasure
    connections: Connections
    refresh: Refresh
    uploads: Uploads
    contexts: Contexts
    clients: Clients
    authorization: Authorization
    consents: Consents
    grants: Grants
    managed_grants: ManagedGrants
    accesses: Accesses
    merging: Merging
    unmerging: Unmerging
    signing_keys: SigningKeys
    reencryption: Reencryption
    description: Description
    outbox: Outbox | None


def services_of(request: Request) -> Services:
    """Return the use cases of the application that serves this request."""
    return cast(Services, request.app.state.services)


async def _services(request: Request) -> Services:
    # Asynchronous although it waits for nothing: FastAPI would run a plain function in a thread.
    return services_of(request)


ServicesOf = Annotated[Services, Depends(_services)]
