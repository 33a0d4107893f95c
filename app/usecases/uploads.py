"""An archive that she uploads: analysed in memory as it comes in, and its digest kept.

An archive proves nothing: anybody may write one. So it claims no account: the account in it is hers
in her own context alone, other customers may upload or link the same, and nobody learns of it. It
cannot be read again either: its connection has no tokens and is never due, and when it has become
old, she uploads a newer one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.connectors.archives import Archives
from app.connectors.catalogue import Export
from app.errors import Conflict, Invalid, Unavailable
from app.ids import new_id
from app.store.connections import (
    Connection,
    ConnectionState,
    connections_of,
    find_connection_to,
    replace_digest,
)
from app.store.customers import bump_context_version, open_box
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.accounts import seal_account
from app.usecases.analyses import Analyses, sealed
from app.usecases.pulling import read_in_thread
from context.digest import Digest

UPLOADS_AT_ONCE = 4
"""Archives that one process reads at the same time; each has a thread."""
UPLOAD_AT_MOST = timedelta(hours=1)
QUIET_AT_MOST = timedelta(minutes=1)
"""How long nothing may come."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of an archive.

    Attributes:
        posts: How many of her posts were read; none of them is kept.
        connection_id: The connection that holds their digest; None if there was no post to read.
    """

    posts: int
    connection_id: str | None


class Uploads:
    """Reads archives that customers upload.

    Args:
        database: Where connections and digests are kept.
        vault: Seals what is hers.
        clock: The present.
        archives: Reads archives.
        analyses: Analyses what was read.
        at_most: How long an upload may take.
        quiet_at_most: How long nothing of it may come.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        archives: Archives,
        analyses: Analyses,
        *,
        at_most: timedelta = UPLOAD_AT_MOST,
        quiet_at_most: timedelta = QUIET_AT_MOST,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._archives = archives
        self._analyses = analyses
        self._at_most = at_most
        self._quiet_at_most = quiet_at_most
        self._readers = ThreadPoolExecutor(UPLOADS_AT_ONCE, thread_name_prefix="read archives")
        self._uploading: set[str] = set()

    async def upload(self, customer_id: str, chunks: AsyncIterator[bytes]) -> Uploaded:
        """Read an archive as it comes in, and keep the digest of her recent posts.

        The digest takes the place of that of the archive before, of the same account. Of an archive
        without recent posts nothing is kept, and what was kept before stays.

        Args:
            customer_id: Who uploads.
            chunks: The archive.

        Raises:
            Invalid: It cannot be read; the text says what to do.
            Conflict: She uploads another one in this moment.
            Unavailable: Too many are being uploaded, or it takes too long to come.
        """
        with self._place(customer_id):
            now = self._clock()
            provider, export = await self._read(chunks, now)
            posts = len(export.window.posts)
            if not posts:
                return Uploaded(0, None)
            connection_id = await self._kept(customer_id, provider, export, now)
        logger.info("read an archive for %s", connection_id)
        return Uploaded(posts, connection_id)

    @contextmanager
    def _place(self, customer_id: str) -> Iterator[None]:
        if customer_id in self._uploading:
            raise Conflict(
                "Another archive of yours is being uploaded. Wait until it has been read.",
                code="uploading_already",
            )
        if len(self._uploading) >= UPLOADS_AT_ONCE:
            raise Unavailable(
                "Several archives are being read at the moment. Try again in some minutes.",
                code="too_many_uploads",
            )
        self._uploading.add(customer_id)
        try:
            yield
        finally:
            self._uploading.discard(customer_id)

    async def _read(self, chunks: AsyncIterator[bytes], now: datetime) -> tuple[str, Export]:
        try:
            async with asyncio.timeout(self._at_most.total_seconds()):
                return await read_in_thread(
                    self._readers,
                    self._steady(chunks),
                    lambda found: self._archives.read(found, now),
                )
        except TimeoutError:
            raise Invalid(
                "This upload takes too long. Leave the media out of the archive, or use a faster"
                " connection.",
                code="upload_too_slow",
            ) from None

    async def _steady(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(self._quiet_at_most.total_seconds()):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Invalid(
                    "Nothing of the archive came for a minute. Upload it again.",
                    code="upload_too_slow",
                ) from None
            yield chunk

    async def _kept(self, customer_id: str, provider: str, export: Export, now: datetime) -> str:
        index = self._vault.blind_index("account", f"{provider}|{customer_id}|{export.account.id}")
        async with self._database.reading() as session:
            rows = await connections_of(session, customer_id)
        known = next((row for row, _ in rows if row.account_index == index), None)
        connection_id = new_id("con", now) if known is None else known.id
        digest = await self._analyses.digest(customer_id, connection_id, export.window, now)
        fresh = Connection(
            id=connection_id,
            customer_id=customer_id,
            provider=provider,
            instance="",
            account_index=index,
            sealed_account=b"",
            sealed_tokens=b"",
            created_at=now,
        )
        try:
            async with self._database.writing() as session:
                return await self._keep(session, fresh, export, digest)
        except IntegrityError:  # uploaded for the first time twice in the same moment
            raise Conflict(
                "Another archive of this account was uploaded in the same moment. Upload it again.",
                code="uploading_already",
            ) from None

    async def _keep(
        self, session: AsyncSession, fresh: Connection, export: Export, digest: Digest
    ) -> str:
        # The customer's row comes before the connection's, as in a refresh and an erasure.
        now = self._clock()
        await bump_context_version(session, fresh.customer_id)
        box = await open_box(session, self._vault, fresh.customer_id)
        connection = await find_connection_to(session, fresh.account_index) or fresh
        connection.sealed_account = seal_account(box, connection.id, export.account)
        connection.state = ConnectionState.ACTIVE
        connection.refreshed_at = now
        session.add(connection)
        await session.flush()
        await replace_digest(session, sealed(box, connection.id, digest, now))
        return connection.id
