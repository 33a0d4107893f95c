"""From a window to the digest that is kept of it, in memory, and the sealing of that digest."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from app.store.belongings import owner_of
from app.store.connections import ConnectionDigest, find_digest
from app.store.customers import open_box
from app.store.engine import Database
from app.store.secrets import Box, SealError, Vault
from app.usecases.renderings import digest_place
from context.analyse import analyse
from context.digest import Digest, DigestError
from context.engines import Engine
from context.post import Window

# Analysis has threads of its own: however much there is to analyse, contexts are still rendered.
ANALYSES_AT_ONCE = 2


class Analyses:
    """Analyses windows.

    Args:
        database: Where digests are kept.
        vault: Opens the digest before.
        engine: Reads posts.
    """

    def __init__(self, database: Database, vault: Vault, engine: Engine) -> None:
        self._database = database
        self._vault = vault
        self._engine = engine
        self._analysts = ThreadPoolExecutor(ANALYSES_AT_ONCE, thread_name_prefix="analyse")

    @property
    def engine_name(self) -> str:
        """The engine that reads posts."""
        return self._engine.name

    async def digest(self, connection_id: str, window: Window, now: datetime) -> Digest:
        """Return the digest that takes the place of what is kept of a connection.

        Args:
            connection_id: Its id; one that is not kept yet has no digest before.
            window: All that could be read now.
            now: The present.

        Raises:
            SealError: Its owner has no data key any more.
        """
        past = await self._past(connection_id)
        noise_secret = self._vault.derive("network mood noise", connection_id)
        analysis = partial(analyse, window, past, self._engine, now, noise_secret=noise_secret)
        return await asyncio.get_running_loop().run_in_executor(self._analysts, analysis)

    async def _past(self, connection_id: str) -> Digest | None:
        """Return the digest before, whichever engine made it, if it can still be read."""
        async with self._database.reading() as session:
            owner = await owner_of(session, connection_id)
            kept = await find_digest(session, connection_id)
            if owner is None or kept is None:
                return None
            box = await open_box(session, self._vault, owner)
        try:
            return Digest.from_bytes(box.open(kept.sealed, digest_place(connection_id)))
        except (DigestError, SealError):
            return None


def sealed(box: Box, connection_id: str, digest: Digest, now: datetime) -> ConnectionDigest:
    """Return a digest as it is kept.

    Args:
        box: Hers.
        connection_id: What it is of.
        digest: What is kept of it.
        now: The present.
    """
    return ConnectionDigest(
        connection_id=connection_id,
        sealed=box.seal(digest.to_bytes(), digest_place(connection_id)),
        engine=digest.engine,
        refreshed_at=now,
    )
