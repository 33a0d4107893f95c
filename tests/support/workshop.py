"""A worker in a process of its own that can be killed, and the files it leaves behind."""

import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.store.engine import Database
from app.store.secrets import Vault
from tests.support.clock import SettableClock
from tests.support.deployment import MASTER_KEY
from tests.support.servers import Process, milieu
from tests.support.stage import Network, Stage

PATIENCE_S = 60


class Workshop:
    """A deployment whose worker runs apart, in a folder where everything it writes is found.

    Args:
        folder: Empty; holds the database, and what the process may write beside it.
        template: A migrated database, as the bytes of its file.
        network: What it reads.
    """

    def __init__(self, folder: Path, template: bytes, network: Network) -> None:
        folder.mkdir()
        self.folder = folder
        self.network = network
        self.path = folder / "milieu.db"
        self.path.write_bytes(template)
        self.logs: list[str] = []

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """The use cases in this process, on the same database."""
        database = Database(f"sqlite:///{self.path}")
        vault, clock = Vault(bytes(range(32))), SettableClock(datetime.now(UTC))
        try:
            yield Stage(database, vault, clock, frozenset({self.network.host}))
        finally:
            await database.close()

    @contextmanager
    def working(self) -> Iterator[Process]:
        """Run `milieu work`, as talkative as it can be; its words are kept in `logs`."""
        env = {
            "MILIEU_ENVIRONMENT": "development",
            "MILIEU_MASTER_KEY": MASTER_KEY,
            "MILIEU_DATABASE_URL": f"sqlite:///{self.path}",
            "MILIEU_OUTBOUND_EXCEPTIONS": f'["{self.network.host}"]',
            "TMPDIR": str(self.folder),
        }
        with milieu("work", "--log-level", "debug", env=env, folder=self.folder) as process:
            try:
                yield process
            finally:
                self.logs.append(process.log)

    def kill_in_the_middle(self, after: int) -> None:
        """Let a worker begin, and kill it when it has asked the network for so many lists."""
        reached = threading.Event()

        async def hang(request: Request) -> Response:
            reached.set()
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return Response()

        self.network.faults.answer(hang, after=after)
        with self.working() as process:
            if not reached.wait(PATIENCE_S):
                raise TimeoutError(f"The worker did not begin: {process.log}")
            process.kill()

    def work_until_refreshed(self, connection_id: str) -> None:
        """Let a worker go on until a connection has been refreshed."""
        query = "SELECT refreshed_at FROM digests WHERE connection_id = ?"
        with self.working() as process:
            self.wait_for(lambda: self._ask(query, connection_id) is not None)
            process.stop()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait for something that another process does."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("The worker did not get there.")
            time.sleep(0.05)

    def integrity(self) -> str:
        """Return SQLite's own verdict on the file."""
        return str(self._ask("PRAGMA integrity_check")[0])

    def let_the_lease_run_out(self, connection_id: str) -> None:
        """Move a lease into the past, as five minutes of waiting would."""
        past = (datetime.now(UTC) - timedelta(seconds=1)).replace(tzinfo=None)
        with sqlite3.connect(self.path) as database:
            database.execute(
                "UPDATE connections SET leased_until = ? WHERE id = ? AND lease IS NOT NULL",
                (past.isoformat(" "), connection_id),
            )
        database.close()

    def written(self) -> dict[str, bytes]:
        """Everything the service wrote: files by name, and its log."""
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        return files | {"log": "\n".join(self.logs).encode()}

    def _ask(self, query: str, *values: str) -> tuple[str, ...] | None:
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            row: tuple[str, ...] | None = database.execute(query, values).fetchone()
        finally:
            database.close()
        return row
