"""Transactions on SQLite, by the driver itself: one thread writes, whoever waits shares a commit.

Every write has to reach the disk before it is answered. Those that wait while one commit is under
way go to the disk together in the next (group commit), each in a savepoint of its own.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Dialect

from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement
from oauth.server.stores import Stores

T = TypeVar("T")
MOST_AT_ONCE = 64


@dataclass(slots=True)
class _Job:
    work: Callable[[Stores], Any]
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
        self, connect: Callable[[], sqlite3.Connection], dialect: Dialect, turn: asyncio.Lock
    ) -> None:
        self._connect = connect
        self._dialect = dialect
        self._turn = turn
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, "milieu-writer")
        self._waiting: list[_Job] = []
        self._drain: asyncio.Task[None] | None = None

    async def writing(self, work: Callable[[Stores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future())
        self._waiting.append(job)
        if self._drain is None:
            self._drain = loop.create_task(self._write_all(loop))
        result: T = await job.done
        return result

    async def reading(self, work: Callable[[Stores], T]) -> T:
        """Run it where it may only look: here and now, since in WAL mode a reader never waits."""
        if self._reader is None:
            self._reader = self._connect()
            self._reader.execute("PRAGMA query_only=ON")
        return work(DriverStores(SqliteTransaction(self._reader, self._dialect)))

    async def close(self) -> None:
        """Close the connections."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None
        self._thread.shutdown()

    async def _write_all(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while self._waiting:
                async with self._turn:
                    batch = self._waiting[:MOST_AT_ONCE]
                    del self._waiting[:MOST_AT_ONCE]
                    await loop.run_in_executor(self._thread, self._write, batch)
                for job in batch:
                    _tell(job)
        finally:
            self._drain = None

    def _write(self, batch: list[_Job]) -> None:
        try:
            if self._writer is None:
                self._writer = self._connect()
            self._writer.execute("BEGIN IMMEDIATE")
            for job in batch:
                self._do(self._writer, job)
            self._writer.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - told to everybody who waits for it
            for job in batch:
                job.error = job.error or error
            if self._writer is not None and self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def _do(self, writer: sqlite3.Connection, job: _Job) -> None:
        writer.execute("SAVEPOINT job")
        try:
            job.result = job.work(DriverStores(SqliteTransaction(writer, self._dialect)))
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

    def add(self, statement: Statement, values: Values) -> None:
        """Add a row."""
        self.change(statement, values)


def _tell(job: _Job) -> None:
    if job.done.done():
        return
    if job.error is None:
        job.done.set_result(job.result)
    else:
        job.done.set_exception(job.error)
