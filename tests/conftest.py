"""What every test may ask for. Databases come migrated and empty, on SQLite and PostgreSQL."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from app.store.engine import Database
from app.store.migrate import upgrade
from app.store.secrets import Vault
from tests.support import postgres as postgres_support
from tests.support.clock import SettableClock
from tests.support.keys import keys_at_hand
from tests.support.postgres import Postgres
from tests.support.threads import in_thread

# How long an example takes says nothing about whether it is right.
hypothesis.settings.register_profile(
    "milieu",
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("milieu")


def pytest_report_header() -> list[str]:
    return [
        f"databases: SQLite {sqlite3.sqlite_version}; PostgreSQL: {postgres_support.describe()}"
    ]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this session."""
    with postgres_support.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated SQLite database, as the bytes of its file."""
    path = tmp_path_factory.mktemp("template") / "milieu.db"
    in_thread(upgrade, f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh, migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("tmp_path") / "milieu.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.migrated_database() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The store on a fresh database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def logging_levels_as_found() -> Iterator[None]:
    """A test that runs a command configures logging for the whole process; undo that."""
    root = logging.getLogger()
    named = [item for item in root.manager.loggerDict.values() if isinstance(item, logging.Logger)]
    before = [(logger, logger.level, logger.disabled) for logger in (root, *named)]
    yield
    for logger, level, disabled in before:
        # Setting a level forgets what every logger had worked out: only where it changed.
        if logger.level != level:
            logger.setLevel(level)
        logger.disabled = disabled


@pytest.fixture(scope="session", autouse=True)
def signing_keys_at_hand() -> Iterator[None]:
    """Deployments of one test session share their keys."""
    with keys_at_hand():
        yield


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands still until it is moved; also `clock.set(…)`, `clock.advance(days=1)`."""
    return SettableClock()


@pytest.fixture
def vault() -> Vault:
    """The uses of an example master key."""
    return Vault(bytes(range(32)))
