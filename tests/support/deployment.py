"""A whole deployment on loopback: Milieu over real HTTP, with a sandbox network beside it."""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.clock import system_clock
from app.main import create_app
from app.sandbox.controls import Controls
from app.sandbox.network import create_sandbox
from app.settings import Settings
from app.store.engine import Database
from app.usecases.clients import Clients
from app.usecases.sections import OFFERED
from app.wiring import Runtime, build
from tests.support.servers import free_port, serving
from tests.support.threads import in_thread

MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
PURPOSE = "dpv:CustomerCare"


@dataclass(frozen=True)
class Registered:
    """A company's registration."""

    client_id: str
    client_secret: str
    redirect_uri: str


def register(
    database_url: str,
    name: str = "Northwind Broadband",
    sections: Sequence[str] = OFFERED,
) -> Registered:
    """Register a company as the command line does."""
    redirect_uri = f"http://localhost:{free_port()}/callback"

    async def create() -> Registered:
        database = Database(database_url)
        try:
            client, secret = await Clients(database, system_clock, OFFERED).create(
                name, "https://northwind.example", [redirect_uri], [PURPOSE], sections
            )
        finally:
            await database.close()
        assert secret is not None
        return Registered(client.id, secret, redirect_uri)

    return in_thread(asyncio.run, create())


@dataclass(frozen=True)
class Deployment:
    """Where things are, and what a test may reach behind the scenes."""

    url: str
    sandbox_url: str
    database_url: str
    runtime: Runtime
    sandbox: Controls

    @property
    def instance(self) -> str:
        """The sandbox's address as a customer types it."""
        return self.sandbox_url.removeprefix("http://")

    def register(
        self, name: str = "Northwind Broadband", sections: Sequence[str] = OFFERED
    ) -> Registered:
        """Register a company."""
        return register(self.database_url, name, sections)

    def mail_to(self, address: str) -> str:
        """Return the text of the newest mail to an address."""
        assert self.runtime.services.outbox is not None
        return next(
            mail.text for mail in self.runtime.services.outbox.mails() if mail.to == address
        )


@contextmanager
def deployed(
    database_url: str,
    *,
    port: int = 0,
    reaches: Sequence[str] = (),
    **further: Any,
) -> Iterator[Deployment]:
    """Serve Milieu, its worker embedded, and a sandbox network with its storylines.

    Args:
        database_url: A migrated database.
        port: Where; a free one by itself.
        reaches: Hosts with their ports that it may call besides the network.
        **further: Settings.
    """
    sandbox = create_sandbox()
    port = port or free_port()
    with serving(sandbox) as sandbox_url:
        settings = Settings.model_validate(
            {
                "environment": "development",
                "issuer": f"http://127.0.0.1:{port}",
                "database_url": database_url,
                "master_key": MASTER_KEY,
                "outbound_exceptions": [sandbox_url.removeprefix("http://"), *reaches],
                **further,
            }
        )
        runtime = build(settings)
        with serving(create_app(runtime), port) as url:
            yield Deployment(url, sandbox_url, database_url, runtime, sandbox.state.controls)
