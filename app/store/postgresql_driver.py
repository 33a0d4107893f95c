"""Transactions on PostgreSQL, by asyncpg itself on a connection from the common pool."""

from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

from app.errors import Unavailable
from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement
from oauth.server.stores import Stores

T = TypeVar("T")
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


class PostgresqlTransactions:
    """Runs protocol logic on PostgreSQL.

    Args:
        engine: Whose pool lends the connections.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.sync_engine

    async def writing(self, work: Callable[[Stores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        return await greenlet_spawn(_run, self._engine, work)

    async def reading(self, work: Callable[[Stores], T]) -> T:
        """Run it where it may only look; each look sees the latest."""
        return await greenlet_spawn(_run, self._engine, work)

    async def close(self) -> None:
        """Do nothing: the pool is its owner's."""


def _run(engine: Engine, work: Callable[[Stores], T]) -> T:
    lent = engine.raw_connection()
    transaction = PostgresqlTransaction(lent, engine)
    try:
        result = work(DriverStores(transaction))
        transaction.commit()
    except LOST as error:
        lent.invalidate(error)
        raise Unavailable("Our database does not answer at the moment. Try again shortly.") from error
    except BaseException:
        transaction.rollback()
        raise
    finally:
        lent.close()
    return result


class PostgresqlTransaction:
    """One transaction; it begins with the first statement that needs one.

    READ COMMITTED gives each statement its own view anyway, so looking needs none, and neither
    does a single insert: it is a transaction of its own.

    Args:
        lent: A connection of the pool.
        engine: Its engine.
    """

    def __init__(self, lent: PoolProxiedConnection, engine: Engine) -> None:
        self._adapted: Any = lent.dbapi_connection
        self._connection: Any = lent.driver_connection
        self._dialect = engine.dialect
        self._begun = False
        self._added: list[tuple[str, list[Any]]] = []

    def find(self, statement: Statement, values: Values) -> Row | None:
        """Return the first row, or None."""
        prepared = statement.prepared(self._dialect)
        taken = prepared.values(values)
        found = self._wait(lambda connection: connection.fetchrow(prepared.sql, *taken))
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
                self._wait(lambda connection, sql=sql, rows=rows: connection.executemany(sql, rows))

    def _execute(self, sql: str, values: list[Any] | tuple[()] = ()) -> str:
        return str(self._wait(lambda connection: connection.execute(sql, *values)))

    def _wait(self, ask: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - a driver's answer
        return self._adapted.run_async(ask)
