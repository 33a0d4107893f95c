"""The service's own refreshing, on SQLite, beside an instance in another process."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from app.connectors.catalogue import Account, Catalogue
from app.connectors.mastodon import Mastodon
from app.ids import new_id
from app.outbound import Outbound
from app.store.connections import Connection, ConnectionState
from app.store.customers import Customer, DataKey, open_box
from app.store.engine import Database
from app.store.migrate import upgrade_async
from app.store.secrets import Vault
from app.usecases.accounts import seal_account, seal_tokens
from app.usecases.analyses import Analyses
from app.usecases.provider_tokens import ProviderTokens
from app.usecases.refresh import Refresh
from app.usecases.registrations import Identity, Registrations
from app.usecases.windows import Windows
from benchmarks.linking.people import PEOPLE, account
from context.engines import Engine
from oauth.link.provider import Tokens

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERY = timedelta(hours=6)


@contextmanager
def instance(latency_ms: float) -> Iterator[str]:
    """Run an instance; yields its address."""
    command = [sys.executable, "-m", "benchmarks.linking.provider", str(latency_ms)]
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*command, NOW.isoformat()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


@dataclass(frozen=True, slots=True)
class Service:
    """What refreshes, and the connections that it refreshes."""

    database: Database
    refresh: Refresh
    connections: tuple[str, ...]

    async def run(self, count: int, at_once: int) -> None:
        """Refresh so many connections, in turn, so many at the same time.

        Raises:
            RuntimeError: One did not work; the figures would mean nothing.
        """
        for start in range(0, count, len(self.connections)):
            await self._make_due()
            left = iter(self.connections[: count - start])
            await asyncio.gather(*(self._work(left) for _ in range(at_once)))

    async def _work(self, left: Iterator[str]) -> None:
        for connection_id in left:
            state = await self.refresh.refresh(connection_id)
            if state is not ConnectionState.ACTIVE:
                raise RuntimeError(f"A refresh ended as {state}.")

    async def _make_due(self) -> None:
        async with self.database.writing() as session:
            await session.exec(update(Connection).values(due_at=NOW))


@asynccontextmanager
async def service(
    folder: Path, address: str, engine: Engine, connections: int
) -> AsyncIterator[Service]:
    """Make a service with connections to accounts on an instance.

    Args:
        folder: For the database.
        address: The instance's.
        engine: Reads posts.
        connections: How many.
    """
    url = f"sqlite:///{folder}/{engine.name.replace('/', '-')}.db"
    await upgrade_async(url)
    database, vault = Database(url), Vault(bytes(range(32)))
    hosts = frozenset({address.removeprefix("http://")})
    outbound, catalogue = Outbound(hosts), Catalogue(Mastodon(hosts))
    identity = Identity("Bench", "https://bench.example", "https://bench.example/callback")
    registrations = Registrations(database, vault, lambda: NOW, identity)
    tokens = ProviderTokens(lambda: NOW, outbound, catalogue, registrations)
    windows = Windows(database, vault, lambda: NOW, outbound, catalogue, tokens)
    analyses = Analyses(database, vault, engine)
    refresh = Refresh(database, vault, lambda: NOW, windows, analyses, EVERY, asyncio.Event())
    try:
        made = [await _linked(database, vault, address, number) for number in range(connections)]
        yield Service(database, refresh, tuple(made))
    finally:
        await database.close()


async def _linked(database: Database, vault: Vault, address: str, number: int) -> str:
    customer_id, connection_id = new_id("cus", NOW), new_id("con", NOW)
    person = account(number % PEOPLE)
    async with database.writing() as session:
        session.add(Customer(id=customer_id, created_at=NOW))
        await session.flush()
        session.add(DataKey(customer_id=customer_id, wrapped=vault.new_data_key(customer_id)))
        await session.flush()
        box = await open_box(session, vault, customer_id)
        hers = Account(person["id"], person["acct"])
        token = Tokens(f"token-{number % PEOPLE}")
        session.add(
            Connection(
                id=connection_id,
                customer_id=customer_id,
                provider="mastodon",
                instance=address,
                account_index=f"{address}|{number}",
                sealed_account=seal_account(box, connection_id, hers),
                sealed_tokens=seal_tokens(box, connection_id, token),
                created_at=NOW,
                due_at=NOW,
            )
        )
    return connection_id
