"""Which transactions protocol logic runs in, by the database there is."""

from app.store.driver import Transactions
from app.store.engine import Database
from app.store.postgresql_driver import PostgresqlTransactions
from app.store.sqlite_driver import SqliteTransactions


def transactions_of(database: Database) -> Transactions:
    """Return the transactions of a database."""
    if database.is_sqlite:
        return SqliteTransactions(
            database.connect_sqlite, database.engine.dialect, database.turn
        )
    return PostgresqlTransactions(database.engine)
