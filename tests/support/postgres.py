"""PostgreSQL for the tests: a given server, or one brought up for the session."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import anyio
import asyncpg
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy.engine import URL, make_url

from app.store.migrate import upgrade_async
from app.store.tables import metadata
from tests.support.postgres_binaries import find_binaries, unprivileged_user

GIVEN = "MILIEU_TEST_POSTGRESQL"
START_TIMEOUT_S = 60
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = $1 AND pid <> pg_backend_pid()"
)


def describe() -> str:
    """Say which PostgreSQL the tests will use.

    Raises:
        PostgresqlMissing: There is none.
    """
    if os.environ.get(GIVEN):
        return f"the server of {GIVEN}"
    binaries = find_binaries()
    return f"{binaries.version()}, {'wheel pgserver' if binaries.bundled else binaries.folder}"


class Postgres:
    """One server, on which each test gets a migrated and empty database."""

    def __init__(self, url: URL, portal: BlockingPortal) -> None:
        self._url = url
        self._portal = portal
        self._names = (f"milieu_test_{os.getpid()}_{number}" for number in count())
        self._connection = portal.call(self._connect)
        self._idle: list[str] = []

    @contextmanager
    def migrated_database(self) -> Iterator[str]:
        """Lend the URL of a database with all tables and no rows."""
        name = self._idle.pop() if self._idle else self._made()
        try:
            yield self.url_of(name)
        finally:
            # Emptying takes a tenth of the time of making a new one.
            self._portal.call(self._emptied, name)
            self._idle.append(name)

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """Lend the URL of a database without tables."""
        name = next(self._names)
        self._execute(f"CREATE DATABASE {name}")
        try:
            yield self.url_of(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop what this session made on the server."""
        for name in self._idle:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._portal.call(self._connection.close)

    def url_of(self, name: str) -> str:
        """Return the URL of one of the server's databases."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _made(self) -> str:
        name = next(self._names)
        self._execute(f"CREATE DATABASE {name}")
        self._portal.call(upgrade_async, self.url_of(name))
        return name

    async def _emptied(self, name: str) -> None:
        await self._connection.execute(END_SESSIONS, name)
        tables = reversed(metadata.sorted_tables)
        connection = await asyncpg.connect(self.url_of(name))
        try:
            await connection.execute(";".join(f"DELETE FROM {table.name}" for table in tables))
        finally:
            await connection.close()

    def _execute(self, statement: str) -> None:
        self._portal.call(self._connection.execute, statement)

    async def _connect(self) -> asyncpg.Connection:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                return await asyncpg.connect(self._url.render_as_string(hide_password=False))
            except (OSError, asyncpg.CannotConnectNowError):
                if time.monotonic() > deadline:
                    raise
            await anyio.sleep(0.05)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Run or reach a server for as long as the context lasts.

    Args:
        durable: Whether a server that is brought up for this must write to disk as a real one does.
    """
    with _server_url(durable=durable) as url, start_blocking_portal() as portal:
        server = Postgres(url, portal)
        try:
            yield server
        finally:
            server.close()


@contextmanager
def _server_url(*, durable: bool) -> Iterator[URL]:
    given = os.environ.get(GIVEN)
    if given:
        yield make_url(given).set(drivername="postgresql")
        return
    with _keeper(durable=durable) as home:
        yield URL.create("postgresql", "milieu", database="postgres", query={"host": home})


@contextmanager
def _keeper(*, durable: bool) -> Iterator[str]:
    binaries, user = find_binaries(), unprivileged_user()
    script = Path(__file__).with_name("postgres_keeper.py")
    copy = "copy" if binaries.bundled and user else "in place"
    disk = "durable" if durable else "fast"
    command = [sys.executable, str(script), str(binaries.folder), user or "", copy, disk]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/"
    ) as keeper:
        home = keeper.stdout.readline().strip() if keeper.stdout else ""
        if not home:
            raise RuntimeError("PostgreSQL did not start; its own words are above.")
        yield home
        # Leaving the `with` closes the pipe, which ends the server, and waits for it.
