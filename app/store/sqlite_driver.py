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
from typing import Any, TypeVar

from sqlalchemy import Dialect

from app.errors import Unavailable
from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement

T = TypeVar("T")
MOST_AT_ONCE = 64


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

    async def writing(self, work: Callable[[DriverStores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future())
        self._waiting.append(job)
        if self._drain is None:
            self._drain = loop.create_task(self._write_all(loop))
        result: T = await job.done
        return result

    async def reading(self, work: Callable[[DriverStores], T]) -> T:
        """Run it where it may only look: here and now, since in WAL mode a reader never waits."""
        if self._reader is None:
            self._reader = self._connect()
            self._reader.execute("PRAGMA query_only=ON")
        return work(DriverStores(SqliteTransaction(self._reader, self._dialect)))

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._disk.shutdown)
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    async def _write_all(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while self._waiting:
                async with self._turn:
                    jobs = self._waiting[:MOST_AT_ONCE]
                    del self._waiting[:MOST_AT_ONCE]
                    await self._write(jobs, loop)
                for job in jobs:
                    _tell(job)
        finally:
            self._drain = None

    async def _write(self, jobs: Sequence[_Job], loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._writer = self._writer or self._connect_writer()
            await self._begin(self._writer, loop)
            for job in jobs:
                self._do(self._writer, job, is_alone=len(jobs) == 1)
            await loop.run_in_executor(self._disk, self._writer.execute, "COMMIT")
        except BaseException as error:  # noqa: BLE001 - told to everybody who waits for it
            for job in jobs:
                job.error = job.error or error
            if self._writer is not None and self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def _connect_writer(self) -> sqlite3.Connection:
        connection = self._connect()
        (self._patience_ms,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout=0")
        return connection

    async def _begin(self, writer: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        try:
            writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await loop.run_in_executor(self._disk, self._begin_patiently, writer)

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
        refusal = Unavailable(
            "Our database does not answer at the moment. Please try again shortly."
        )
        refusal.__cause__ = job.error
        job.done.set_exception(refusal)
    else:
        job.done.set_exception(job.error)
