"""The servers that are compared, each as it is really served."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.admin.keys import new_master_key
from app.store.migrate import upgrade_async
from benchmarks.oauth import node
from benchmarks.oauth.cases import Company, Seeds
from benchmarks.oauth.processes import family_cpu_s, parent
from benchmarks.oauth.seeds import register, seed
from tests.support.postgres import postgres
from tests.support.servers import free_port, milieu

SQLITE, POSTGRESQL, MEMORY = "sqlite", "postgresql", "memory (oidc-provider)"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that runs.

    Args:
        store: Where it keeps things, which names it in the figures.
        port: Its port on 127.0.0.1.
        pid: Its process.
        company: The client that is registered there.
        seed: Makes that many grants, with a refresh and an access token each.
        database_cpu_s: Returns the seconds its database has computed; None where that is part of
            the process itself, or on another machine.
    """

    store: str
    port: int
    pid: int
    company: Company
    seed: Callable[[int], Seeds]
    database_cpu_s: Callable[[], float] | None = None


@contextmanager
def contenders() -> Iterator[list[Contender]]:
    """Serve Milieu on SQLite and on PostgreSQL, and node-oidc-provider.

    Raises:
        NodeMissing: There is no Node for the peer.
        PostgresqlMissing: There is no PostgreSQL.
    """
    node.install()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="milieu-bench-")))
        server = stack.enter_context(postgres(durable=True))
        url = stack.enter_context(server.migrated_database())
        yield [
            stack.enter_context(_on_sqlite(folder)),
            stack.enter_context(_on_postgresql(url, folder)),
            stack.enter_context(_peer()),
        ]


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[Contender]:
    url = f"sqlite:///{folder}/milieu.db"
    asyncio.run(upgrade_async(url))
    with _milieu(SQLITE, url, folder) as contender:
        yield contender


@contextmanager
def _on_postgresql(url: str, folder: Path) -> Iterator[Contender]:
    server = asyncio.run(_database_server(url))
    cpu_s = None if server is None else lambda: family_cpu_s(server)
    with _milieu(POSTGRESQL, url, folder, cpu_s) as contender:
        yield contender


@contextmanager
def _milieu(
    store: str, url: str, folder: Path, database_cpu_s: Callable[[], float] | None = None
) -> Iterator[Contender]:
    company, port = asyncio.run(register(url)), free_port()
    environment = {
        "MILIEU_ENVIRONMENT": "production",
        "MILIEU_ISSUER": "https://bench.example",
        "MILIEU_SMTP_URL": "smtp://127.0.0.1:9",  # never reached: nobody signs in
        "MILIEU_MASTER_KEY": new_master_key(),
        "MILIEU_DATABASE_URL": url,
        "MILIEU_ENGINE": "light",  # starts sooner; nobody's posts are read here
    }
    with milieu("serve", "--port", str(port), env=environment, folder=folder) as process:
        process.wait_for(f"http://127.0.0.1:{port}/health/live")
        yield Contender(
            store,
            port,
            process.pid,
            company,
            lambda count: asyncio.run(seed(url, company, count)),
            database_cpu_s,
        )


@contextmanager
def _peer() -> Iterator[Contender]:
    with node.served() as peer:
        yield Contender(MEMORY, peer.port, peer.process.pid, peer.company, peer.seed)


async def _database_server(url: str) -> int | None:
    """Return the process of the database's server, or None when it is on another machine."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT inet_server_addr()") is not None:
            return None
        return parent(await connection.fetchval("SELECT pg_backend_pid()"))
    finally:
        await connection.close()
