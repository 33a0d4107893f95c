"""Transactions on SQLite, by the driver itself: whoever waits for the disk shares a commit.

Every write has to reach the disk before it is answered. Those that wait while one commit is under
way go to the disk together in the next (group commit), each in a savepoint of its own. Statements
run in the event loop, since they take microseconds and a thread would only fight it for the
interpreter; what waits, for the disk or for another process, waits in a thread.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Dialect

from app.errors import DatabaseDown
from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement

T = TypeVar("T")
MOST_AT_ONCE = 64
# After so many of them the event loop has its turn.
MOST_IN_A_ROW = 8


@dataclass(slots=True)
class _Job:
    work: Callable[[DriverStores], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class SqliteTransactions:
    """Runs protocol logic on SQLite.

    Args:
        connect: Opens a connection in autocommit mode, configured as all of ours are.
        dialect: SQLite's.
        turn: Held by whoever writes in this process: waiting in SQLite itself is by polling.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        dialect: Dialect,
        turn: AbstractAsyncContextManager[object],
    ) -> None:
        self._connect = connect
        self._dialect = dialect
        self._turn = turn
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._disk = ThreadPoolExecutor(1, "milieu-disk")
        self._waiting: list[_Job] = []
        self._drain: asyncio.Task[None] | None = None
        self._patience_ms = 0
        self._is_closed = False

    async def writing(self, work: Callable[[DriverStores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        if self._is_closed:
            raise DatabaseDown
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future())
        self._waiting.append(job)
        if self._drain is None:
            self._drain = loop.create_task(self._write_all())
        result: T = await job.done
        return result

    async def reading(self, work: Callable[[DriverStores], T]) -> T:
        """Run it where it may only look: here and now, since in WAL mode a reader never waits."""
        if self._is_closed:
            raise DatabaseDown
        try:
            reader = self._reader or await self._connect_reader()
            return work(DriverStores(SqliteTransaction(reader, self._dialect)))
        except sqlite3.OperationalError as error:
            raise DatabaseDown from error

    async def close(self) -> None:
        """Close the connections."""
        self._is_closed = True
        if self._drain is not None:
            await asyncio.wait([self._drain])
        await asyncio.to_thread(self._disk.shutdown)
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                async with self._turn:
                    jobs = self._waiting[:MOST_AT_ONCE]
                    del self._waiting[:MOST_AT_ONCE]
                    try:
                        await self._write(jobs)
                    finally:
                        for job in jobs:
                            _tell(job)
        finally:
            self._drain = None

    async def _write(self, jobs: Sequence[_Job]) -> None:
        try:
            writer = self._writer or await self._connect_writer()
            await self._begin(writer)
            for number, job in enumerate(jobs, start=1):
                self._do(writer, job, is_alone=len(jobs) == 1)
                if number % MOST_IN_A_ROW == 0:
                    await asyncio.sleep(0)
            await self._on_disk(partial(writer.execute, "COMMIT"))
        except BaseException as error:  # noqa: BLE001 - told to everybody who waits for it
            for job in jobs:
                job.error = job.error or error
            if self._writer is not None and self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    async def _connect_reader(self) -> sqlite3.Connection:
        reader = await self._on_disk(self._connect)
        if self._reader is not None:  # another came first while this one waited
            reader.close()
            return self._reader
        reader.execute("PRAGMA query_only=ON")
        self._reader = reader
        return reader

    async def _connect_writer(self) -> sqlite3.Connection:
        writer = await self._on_disk(self._connect)
        (self._patience_ms,) = writer.execute("PRAGMA busy_timeout").fetchone()
        writer.execute("PRAGMA busy_timeout=0")
        self._writer = writer
        return writer

    async def _on_disk(self, wait: Callable[[], T]) -> T:
        """Wait in the thread; what runs there cannot be called back, and nothing goes beside it."""
        running = asyncio.get_running_loop().run_in_executor(self._disk, wait)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await running
            raise

    async def _begin(self, writer: sqlite3.Connection) -> None:
        try:
            writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await self._on_disk(partial(self._begin_patiently, writer))

    def _begin_patiently(self, writer: sqlite3.Connection) -> None:
        """Wait for another process as long as any connection of ours does."""
        writer.execute(f"PRAGMA busy_timeout={self._patience_ms}")
        try:
            writer.execute("BEGIN IMMEDIATE")
        finally:
            writer.execute("PRAGMA busy_timeout=0")

    def _do(self, writer: sqlite3.Connection, job: _Job, *, is_alone: bool) -> None:
        """Do a job so that its failure costs nobody else's work."""
        stores = DriverStores(SqliteTransaction(writer, self._dialect))
        if is_alone:
            job.result = job.work(stores)
            return
        writer.execute("SAVEPOINT job")
        try:
            job.result = job.work(stores)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for it
            job.error = error
            writer.execute("ROLLBACK TO job")
        writer.execute("RELEASE job")


class SqliteTransaction:
    """What runs between BEGIN and COMMIT, or in autocommit mode where nothing is changed.

    Args:
        connection: The connection.
        dialect: SQLite's.
    """

    def __init__(self, connection: sqlite3.Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def find(self, statement: Statement, values: Values) -> Row | None:
        """Return the first row, or None."""
        prepared = statement.prepared(self._dialect)
        found = self._connection.execute(prepared.sql, prepared.values(values)).fetchone()
        return None if found is None else prepared.row(found)

    def hold(self, _statement: Statement, _values: Values) -> None:
        """Do nothing: writers take turns."""

    def change(self, statement: Statement, values: Values) -> int:
        """Change rows now, and return how many."""
        prepared = statement.prepared(self._dialect)
        return self._connection.execute(prepared.sql, prepared.values(values)).rowcount

    def take(self, statement: Statement, values: Values) -> Row | None:
        """Change one row now, and return what the statement gives of it."""
        return self.find(statement, values)

    def add(self, statement: Statement, values: Values) -> None:
        """Add a row."""
        self.change(statement, values)


def _tell(job: _Job) -> None:
    if job.done.done():
        return
    if job.error is None:
        job.done.set_result(job.result)
    elif isinstance(job.error, sqlite3.OperationalError):
        down = DatabaseDown()
        down.__cause__ = job.error
        job.done.set_exception(down)
    elif isinstance(job.error, StopIteration):  # no future takes it
        job.done.set_exception(RuntimeError("protocol logic asked for more than there was"))
    else:
        job.done.set_exception(job.error)
