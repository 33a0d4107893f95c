"""Transactions on PostgreSQL, by asyncpg itself."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import URL, Dialect
from sqlalchemy.util import await_only, greenlet_spawn

from app.errors import DatabaseDown
from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement

T = TypeVar("T")
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    OSError,
)
# What a URL may say to SQLAlchemy and not to asyncpg.
SQLALCHEMY_OPTIONS = ("prepared_statement_cache_size", "prepared_statement_name_func")


class PostgresqlTransactions:
    """Runs protocol logic on PostgreSQL.

    Args:
        url: Of the database.
        dialect: As statements are to be compiled.
        settings: Of each session with the server.
        most: Connections at once; who comes after them waits.
    """

    def __init__(
        self, url: URL, dialect: Dialect, settings: Mapping[str, str], most: int = 10
    ) -> None:
        _, options = dialect.create_connect_args(url)
        for name in SQLALCHEMY_OPTIONS:
            options.pop(name, None)
        self._options = {**options, "server_settings": dict(settings)}
        self._dialect = dialect
        self._room = asyncio.Semaphore(most)
        self._idle: list[_Session] = []
        self._is_closed = False

    async def writing(self, work: Callable[[DriverStores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        async with self._room:
            try:
                return await self._attempt(work)
            except asyncpg.InvalidCachedStatementError:
                # A migration has changed a table since: nothing was done, and all is made anew.
                self._forget_idle()
                return await self._attempt(work)

    async def reading(self, work: Callable[[DriverStores], T]) -> T:
        """Run it where it may only look; each look sees the latest."""
        return await self.writing(work)

    async def close(self) -> None:
        """Close the connections, those in use when they come back."""
        self._is_closed = True
        self._forget_idle()

    async def _attempt(self, work: Callable[[DriverStores], T]) -> T:
        session = None
        try:
            session = await self._session()
            result: T = await greenlet_spawn(_run, session, self._dialect, work)
        except asyncpg.InvalidCachedStatementError:
            _drop(session)
            raise
        except LOST as error:
            _drop(session)
            raise DatabaseDown from error
        except asyncpg.InterfaceError as error:
            if session is None or not session.connection.is_closed():
                _drop(session)
                raise
            raise DatabaseDown from error
        except Exception:
            self._put_back(session)
            raise
        except BaseException:
            # Wherever it was stopped, its transaction may stand open.
            _drop(session)
            raise
        self._put_back(session)
        return result

    async def _session(self) -> "_Session":
        if self._is_closed:
            raise DatabaseDown
        while self._idle:
            session = self._idle.pop()
            if not session.connection.is_closed():
                return session
        return _Session(await asyncpg.connect(**self._options))

    def _put_back(self, session: "_Session | None") -> None:
        if session is None:
            return
        if self._is_closed:
            _drop(session)
        else:
            self._idle.append(session)

    def _forget_idle(self) -> None:
        while self._idle:
            _drop(self._idle.pop())


class _Session:
    """A connection with the statements that were prepared on it.

    asyncpg keeps some by itself; looking one up there costs as much as running it.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._prepared: dict[str, PreparedStatement] = {}

    async def prepared(self, sql: str) -> PreparedStatement:
        found = self._prepared.get(sql)
        if found is None:
            found = self._prepared[sql] = await self.connection.prepare(sql)
        return found


def _drop(session: _Session | None) -> None:
    if session is not None:
        session.connection.terminate()


def _run(session: _Session, dialect: Dialect, work: Callable[[DriverStores], T]) -> T:
    transaction = PostgresqlTransaction(session, dialect)
    try:
        result = work(DriverStores(transaction))
        transaction.commit()
    except (*LOST, asyncpg.InterfaceError):
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
        session: Lent for this transaction alone.
        dialect: As statements are compiled.
    """

    def __init__(self, session: _Session, dialect: Dialect) -> None:
        self._session = session
        self._dialect = dialect
        self._begun = False
        self._added: list[tuple[str, list[Any]]] = []

    def find(self, statement: Statement, values: Values) -> Row | None:
        """Return the first row, or None."""
        prepared = statement.prepared(self._dialect)
        found = await_only(self._fetched(prepared.sql, prepared.values(values)))
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
        return await_only(self._changed(prepared.sql, prepared.values(values)))

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
            self._say("COMMIT")

    def rollback(self) -> None:
        """End it, keeping nothing."""
        if self._begun:
            self._say("ROLLBACK")

    def _begin(self) -> None:
        if not self._begun:
            self._say("BEGIN")
            self._begun = True

    def _flush(self) -> None:
        added, self._added = self._added, []
        for sql in dict.fromkeys(sql for sql, _ in added):
            rows = [row for text, row in added if text == sql]
            await_only(self._inserted(sql, rows))

    def _say(self, word: str) -> None:
        await_only(self._session.connection.execute(word))

    async def _fetched(self, sql: str, values: list[Any]) -> asyncpg.Record | None:
        return await (await self._session.prepared(sql)).fetchrow(*values)

    async def _changed(self, sql: str, values: list[Any]) -> int:
        statement = await self._session.prepared(sql)
        await statement.fetch(*values)
        return int(statement.get_statusmsg().rpartition(" ")[2])

    async def _inserted(self, sql: str, rows: list[list[Any]]) -> None:
        statement = await self._session.prepared(sql)
        if len(rows) == 1:
            await statement.fetch(*rows[0])
        else:
            await statement.executemany(rows)
