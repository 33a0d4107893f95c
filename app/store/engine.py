"""The database: SQLite embedded by default, PostgreSQL when outgrown; one face for both.

Every acknowledged write is on disk: SQLite runs in WAL mode with `synchronous=FULL`, PostgreSQL
with `synchronous_commit=on`. Writing transactions on SQLite begin IMMEDIATE, so that two writers
queue for the lock instead of failing half-way (https://sqlite.org/lang_transaction.html).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

BUSY_TIMEOUT_MS = 15_000
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
SERVER_SETTINGS = {"synchronous_commit": "on", "timezone": "UTC"}
_READ_ONLY = "milieu_read_only"
_NO_TRANSACTION = "milieu_no_transaction"


class Database:
    """The connections to one database, and the two ways to use them.

    Args:
        url: `sqlite:///PATH` or `postgresql://…`.
    """

    def __init__(self, url: str) -> None:
        self.url = driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._create()
        self._reader = self._engine.execution_options(**{_READ_ONLY: True})
        self._closers: list[Callable[[], Awaitable[None]]] = []
        # SQLite lets one writer in at a time, and those that wait ask again and again; here they
        # queue.
        self._turn: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )

    @property
    def engine(self) -> AsyncEngine:
        """The engine, for whoever runs a driver's statements."""
        return self._engine

    @property
    def turn(self) -> AbstractAsyncContextManager[object]:
        """Whose turn it is to write in this process."""
        return self._turn

    def connect_sqlite(self) -> sqlite3.Connection:
        """Open a connection of the driver's own, configured as all of ours are."""
        connection = sqlite3.connect(
            str(self.url.database),
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        _configure_sqlite(connection, None)
        return connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open one transaction that may write; commits at the end, rolls back on an error."""
        async with (
            self._turn,
            AsyncSession(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open one transaction that only reads; on SQLite it never waits for a writer."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    async def scrub(self) -> None:
        """Leave nothing of what was just deleted in SQLite's write-ahead log.

        With `secure_delete`, the deleted bytes are zeroed in the database file itself.
        """
        if self.is_sqlite:
            async with self._engine.connect() as connection:
                autocommit = await connection.execution_options(**{_NO_TRANSACTION: True})
                await autocommit.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close every connection."""
        for close in self._closers:
            await close()
        await self._engine.dispose()

    def close_too(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close what else holds connections to this database, when it is closed itself."""
        self._closers.append(close)

    def _create(self) -> AsyncEngine:
        if self.is_sqlite:
            make_room(self.url)
            engine = create_async_engine(self.url)
            event.listen(engine.sync_engine, "connect", _configure_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            return engine
        return create_async_engine(
            self.url,
            pool_size=10,
            max_overflow=10,
            connect_args={"server_settings": SERVER_SETTINGS},
        )


def driver_url(url: str) -> URL:
    """Name the asynchronous driver in a database URL.

    Raises:
        ValueError: The URL is of a database that Milieu does not run on.
    """
    parsed = make_url(url)
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise ValueError("The database URL must begin with sqlite:/// or postgresql://")
    return parsed.set(drivername=driver)


def make_room(url: URL) -> None:
    """Make the file of a SQLite database, and its folder, for our eyes only; keep what is there."""
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's object
    # The driver must not open transactions by itself: `_begin_sqlite` does, with the right lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_NO_TRANSACTION, False):
        return
    read_only = options.get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
