"""The authorization server's stores on a session's own transaction.

Her decisions are written by a session, together with much else; what the protocol logic adds to
them has to be in the same transaction.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import CursorResult
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.driver import DriverStores, Values
from app.store.statements import Row, Statement
from oauth.server.stores import Stores

T = TypeVar("T")


async def with_stores(session: AsyncSession, work: Callable[[Stores], T]) -> T:
    """Run protocol logic, which is synchronous, within this transaction."""

    def run(_: object) -> T:
        session.sync_session.flush()
        return work(DriverStores(SessionTransaction(session.sync_session)))

    return await session.run_sync(run)


class SessionTransaction:
    """Runs a driver's statements on the connection of a session (`app.store.driver.Transaction`).

    Args:
        session: In a transaction, which whoever opened it ends.
    """

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    def find(self, statement: Statement, values: Values) -> Row | None:
        """Return the first row, or None."""
        found = self._run(statement, values).first()
        prepared = statement.prepared(self._connection.dialect)
        return None if found is None else prepared.row(found)

    def hold(self, statement: Statement, values: Values) -> None:
        """Lock rows until the end; SQLite's writers take turns anyway."""
        self.find(statement, values)

    def change(self, statement: Statement, values: Values) -> int:
        """Change rows now, and return how many."""
        return self._run(statement, values).rowcount

    def take(self, statement: Statement, values: Values) -> Row | None:
        """Change one row now, and return what the statement gives of it; None if there is none."""
        return self.find(statement, values)

    def add(self, statement: Statement, values: Values) -> None:
        """Add a row."""
        self._run(statement, values)

    def _run(self, statement: Statement, values: Values) -> CursorResult[Any]:
        prepared = statement.prepared(self._connection.dialect)
        return self._connection.exec_driver_sql(prepared.sql, tuple(prepared.values(values)))
