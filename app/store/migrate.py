"""Bringing a database to the schema this code expects.

All pending revisions run in one transaction behind one lock: killed at any instant, a migration
leaves the database as it was; started twice at once, the second waits and finds nothing to do.
"""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from app.store.engine import BUSY_TIMEOUT_MS, driver_url, make_room

LOCK = 0x4D494C4945
"""Key of the PostgreSQL advisory lock that migrations hold; any number that is ours alone."""


class BrokenReferences(Exception):
    """A revision would have left rows that refer to nothing; it was rolled back."""


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision, creating it first on SQLite.

    Args:
        url: `sqlite:///PATH` or `postgresql://…`.

    Raises:
        ValueError: The URL is of a database that Milieu does not run on.
        BrokenReferences: The revisions do not fit this database's rows; nothing was changed.
    """
    asyncio.run(upgrade_async(url))


async def upgrade_async(url: str) -> None:
    """Do what `upgrade` does, from code that already runs in an event loop."""
    target = driver_url(url)
    is_sqlite = target.get_backend_name() == "sqlite"
    if is_sqlite:
        make_room(target)
    engine = create_async_engine(target, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if is_sqlite:
                await _begin_sqlite(connection)
            else:
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            await connection.run_sync(_apply)
            if is_sqlite:
                await _check_references(connection)
            await connection.commit()
    finally:
        await engine.dispose()


async def _begin_sqlite(connection: AsyncConnection) -> None:
    # References are checked once at the end instead of at each statement: changing a table on
    # SQLite means rebuilding it, and dropping the old one would cascade to what refers to it
    # (https://sqlite.org/lang_altertable.html#otheralter).
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=OFF",
        "secure_delete=ON",
    ):
        await connection.exec_driver_sql(f"PRAGMA {pragma}")
    await connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _check_references(connection: AsyncConnection) -> None:
    broken = await connection.exec_driver_sql("PRAGMA foreign_key_check")
    tables = sorted({row[0] for row in broken})
    if tables:
        raise BrokenReferences(
            f"Rows of {', '.join(tables)} would refer to rows that do not exist; "
            "nothing was changed. Restore a backup or remove those rows, then migrate again."
        )


def _apply(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Return what Alembic's commands need to work on an open connection."""
    config = Config()
    location = str(Path(migrations.__file__).parent)
    config.set_main_option("script_location", location.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
