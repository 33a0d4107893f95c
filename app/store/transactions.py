"""Which transactions protocol logic runs in, by the database there is."""

from app.store.driver import Transactions
from app.store.engine import SERVER_SETTINGS, Database
from app.store.postgresql_driver import PostgresqlTransactions
from app.store.sqlite_driver import SqliteTransactions


def transactions_of(database: Database) -> Transactions:
    """Return transactions on a database; they end with it."""
    transactions: Transactions
    if database.is_sqlite:
        transactions = SqliteTransactions(
            database.connect_sqlite, database.engine.dialect, database.turn
        )
    else:
        transactions = PostgresqlTransactions(
            database.url, database.engine.dialect, SERVER_SETTINGS
        )
    database.close_too(transactions.close)
    return transactions
