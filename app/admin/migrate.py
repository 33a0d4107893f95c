"""`milieu migrate`."""

from rich.console import Console

from app.settings import DatabaseSettings
from app.store import migrate as migrations

console = Console(stderr=True)


def migrate() -> None:
    """Bring the database to the schema of this version; safe to repeat."""
    with console.status("Migrating the database …"):
        migrations.upgrade(DatabaseSettings().database_url)
    console.print("The database is up to date.")
