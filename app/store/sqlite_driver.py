"""Transactions on SQLite, by the driver itself: one thread writes, whoever waits shares a commit.

Every write has to reach the disk before it is answered. Those that wait while one commit is under
way go to the disk together in the next (group commit), each in a savepoint of its own.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from queue import SimpleQueue
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


@dataclass(frozen=True, slots=True)
class _Batch:
    jobs: list[_Job]
    loop: asyncio.AbstractEventLoop
    written: asyncio.Future[None]


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
        self._batches: SimpleQueue[_Batch | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._waiting: list[_Job] = []
        self._drain: asyncio.Task[None] | None = None

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
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._thread is not None:
            self._batches.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    async def _write_all(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while self._waiting:
                async with self._turn:
                    batch = _Batch(self._waiting[:MOST_AT_ONCE], loop, loop.create_future())
                    del self._waiting[:MOST_AT_ONCE]
                    self._hand_over(batch)
                    await batch.written
                for job in batch.jobs:
                    _tell(job)
        finally:
            self._drain = None

    def _hand_over(self, batch: _Batch) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._write_batches, name="milieu-writer", daemon=True
            )
            self._thread.start()
        self._batches.put(batch)

    def _write_batches(self) -> None:
        writer = None
        while (batch := self._batches.get()) is not None:
            try:
                writer = writer or self._connect()
            except sqlite3.Error as error:
                for job in batch.jobs:
                    job.error = error
            else:
                self._write(writer, batch.jobs)
            batch.loop.call_soon_threadsafe(_set, batch.written)
        if writer is not None:
            writer.close()

    def _write(self, writer: sqlite3.Connection, jobs: list[_Job]) -> None:
        try:
            writer.execute("BEGIN IMMEDIATE")
            if len(jobs) == 1:
                self._do(writer, jobs[0])
            else:
                for job in jobs:
                    self._do_apart(writer, job)
            writer.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - told to everybody who waits for it
            for job in jobs:
                job.error = job.error or error
            if writer.in_transaction:
                writer.execute("ROLLBACK")

    def _do(self, writer: sqlite3.Connection, job: _Job) -> None:
        job.result = job.work(DriverStores(SqliteTransaction(writer, self._dialect)))

    def _do_apart(self, writer: sqlite3.Connection, job: _Job) -> None:
        """Do a job so that its failure costs nobody else's work."""
        writer.execute("SAVEPOINT job")
        try:
            self._do(writer, job)
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


def _set(written: asyncio.Future[None]) -> None:
    if not written.done():
        written.set_result(None)


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
