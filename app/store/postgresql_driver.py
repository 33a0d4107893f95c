"""Transactions on PostgreSQL, by asyncpg itself."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Dialect
from sqlalchemy.util import await_only, greenlet_spawn

from app.errors import Unavailable
from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement

T = TypeVar("T")
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


class PostgresqlTransactions:
    """Runs protocol logic on PostgreSQL.

    Args:
        url: Of the database, without a driver's name in it.
        dialect: As statements are to be compiled.
        settings: Of each session with the server.
        most: Connections at once; who comes after them waits.
    """

    def __init__(
        self, url: str, dialect: Dialect, settings: Mapping[str, str], most: int = 10
    ) -> None:
        self._url = url
        self._dialect = dialect
        self._settings = dict(settings)
        self._room = asyncio.Semaphore(most)
        self._idle: list[asyncpg.Connection] = []

    async def writing(self, work: Callable[[DriverStores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        async with self._room:
            connection = await self._connected()
            try:
                result: T = await greenlet_spawn(_run, connection, self._dialect, work)
            except LOST as error:
                connection.terminate()
                raise Unavailable(
                    "Our database does not answer at the moment. Please try again shortly."
                ) from error
            except asyncio.CancelledError:
                connection.terminate()
                raise
            except BaseException:
                self._idle.append(connection)
                raise
            self._idle.append(connection)
        return result

    async def reading(self, work: Callable[[DriverStores], T]) -> T:
        """Run it where it may only look; each look sees the latest."""
        return await self.writing(work)

    async def close(self) -> None:
        """Close the connections."""
        while self._idle:
            await self._idle.pop().close()

    async def _connected(self) -> asyncpg.Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return await asyncpg.connect(self._url, server_settings=self._settings)


def _run(connection: asyncpg.Connection, dialect: Dialect, work: Callable[[DriverStores], T]) -> T:
    transaction = PostgresqlTransaction(connection, dialect)
    try:
        result = work(DriverStores(transaction))
        transaction.commit()
    except LOST:
        raise
    except Exception:
        transaction.rollback()
        raise
    return result


class PostgresqlTransaction:
    """One transaction; it begins with the first statement that needs one.

    READ COMMITTED gives each statement its own view anyway, so looking needs none, and neither
    does a single insert: it is a transaction of its own.

    Args:
        connection: Lent for this transaction alone.
        dialect: As statements are compiled.
    """

    def __init__(self, connection: asyncpg.Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._begun = False
        self._added: list[tuple[str, list[Any]]] = []

    def find(self, statement: Statement, values: Values) -> Row | None:
        """Return the first row, or None."""
        prepared = statement.prepared(self._dialect)
        taken = prepared.values(values)
        found = await_only(self._connection.fetchrow(prepared.sql, *taken))
        return None if found is None else prepared.row(found)

    def hold(self, statement: Statement, values: Values) -> None:
        """Lock rows until the end."""
        self._begin()
        self.find(statement, values)

    def change(self, statement: Statement, values: Values) -> int:
        """Change rows now, and return how many."""
        self._begin()
        self._flush()
        prepared = statement.prepared(self._dialect)
        tag = self._execute(prepared.sql, prepared.values(values))
        return int(tag.rpartition(" ")[2])

    def take(self, statement: Statement, values: Values) -> Row | None:
        """Change one row now, and return what the statement gives of it."""
        self._begin()
        self._flush()
        return self.find(statement, values)

    def add(self, statement: Statement, values: Values) -> None:
        """Add a row before the next change, and before the end."""
        prepared = statement.prepared(self._dialect)
        self._added.append((prepared.sql, prepared.values(values)))

    def commit(self) -> None:
        """End it, keeping everything."""
        if len(self._added) > 1:
            self._begin()
        self._flush()
        if self._begun:
            self._execute("COMMIT")

    def rollback(self) -> None:
        """End it, keeping nothing."""
        if self._begun:
            self._execute("ROLLBACK")

    def _begin(self) -> None:
        if not self._begun:
            self._execute("BEGIN")
            self._begun = True

    def _flush(self) -> None:
        added, self._added = self._added, []
        for sql in dict.fromkeys(sql for sql, _ in added):
            rows = [row for text, row in added if text == sql]
            if len(rows) == 1:
                self._execute(sql, rows[0])
            else:
                await_only(self._connection.executemany(sql, rows))

    def _execute(self, sql: str, values: list[Any] | tuple[()] = ()) -> str:
        return str(await_only(self._connection.execute(sql, *values)))
