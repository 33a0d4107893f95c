"""An archive that she uploads: analysed in memory as it comes in, and its digest kept.

An archive proves nothing: anybody may write one. So it claims no account: the account in it is hers
in her own context alone, other customers may upload or link the same, and nobody learns of it. It
cannot be read again either: its connection has no tokens and is never due, and when it has become
old, she uploads a newer one.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.connectors.archives import Archives
from app.connectors.catalogue import Account
from app.connectors.exports import Export
from app.errors import Conflict, Invalid, Unavailable
from app.ids import new_id
from app.store.connections import (
    Connection,
    ConnectionState,
    connections_of,
    find_connection_to,
    replace_digest,
)
from app.store.customers import bump_context_version, find_customer, open_box
from app.store.engine import Database
from app.store.secrets import Box, SealError, Vault
from app.usecases.accounts import account_index, open_account, seal_account
from app.usecases.analyses import Analyses, sealed
from app.usecases.pulling import read_in_thread
from context.digest import Digest

UPLOADS_AT_ONCE = 4
"""Archives that one process reads at the same time; each has a thread."""
UPLOAD_AT_MOST = timedelta(hours=1)
QUIET_AT_MOST = timedelta(minutes=1)
LEAST = 64 * 1024
"""Bytes that come within `QUIET_AT_MOST`, as long as there are so many left."""

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
        quiet_at_most: How long may be waited for each `least` of it.
        least: Bytes; the last ones may be fewer.
        ticks: Seconds since any moment, for the rate.
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
        least: int = LEAST,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._archives = archives
        self._analyses = analyses
        self._at_most = at_most
        self._quiet_at_most = quiet_at_most.total_seconds()
        self._least = least
        self._ticks = ticks
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
        """Pass on what comes; a byte now and then would hold a place for an hour.

        Only the time that is waited for her counts, not what reading takes.
        """
        waited, came = 0.0, 0
        while True:
            began = self._ticks()
            try:
                async with asyncio.timeout(self._quiet_at_most - waited):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _too_slow() from None
            waited += self._ticks() - began
            came += len(chunk)
            if came >= self._least:
                waited, came = 0.0, 0
            elif waited >= self._quiet_at_most:
                raise _too_slow()
            yield chunk

    async def _kept(self, customer_id: str, provider: str, export: Export, now: datetime) -> str:
        fresh = await self._connection(customer_id, provider, export.account, now)
        digest = await self._analyses.digest(fresh.id, export.window, now)
        try:
            async with self._database.writing() as session:
                return await self._keep(session, customer_id, fresh, export.account, digest)
        except IntegrityError:  # uploaded for the first time twice in the same moment
            raise Conflict(
                "Another archive of this account was uploaded in the same moment. Upload it again.",
                code="uploading_already",
            ) from None

    async def _connection(
        self, customer_id: str, provider: str, account: Account, now: datetime
    ) -> Connection:
        """Return her connection to what she uploads; one that is not kept yet if there is none."""
        async with self._database.reading() as session:
            box = await self._box(session, customer_id)
            rows = await connections_of(session, customer_id)
        # Not by its index: what came to her by a merge has that of the customer who uploaded it.
        for row, _ in rows:
            if row.provider == provider and _is_of(box, row, account):
                return row
        return Connection(
            id=new_id("con", now),
            customer_id=customer_id,
            provider=provider,
            # No server is read; in its place stands who says so, which is a part of the index.
            instance=customer_id,
            account_index=account_index(self._vault, provider, customer_id, account),
            sealed_account=b"",
            sealed_tokens=b"",
            created_at=now,
        )

    async def _keep(
        self,
        session: AsyncSession,
        customer_id: str,
        known: Connection,
        account: Account,
        digest: Digest,
    ) -> str:
        # The customer's row comes before the connection's, as in a refresh and an erasure.
        now = self._clock()
        await bump_context_version(session, customer_id)
        box = await self._box(session, customer_id)
        kept = await find_connection_to(session, known.account_index)
        connection = kept or Connection(**known.model_dump())
        if connection.customer_id != customer_id:
            raise _changed()
        connection.sealed_account = seal_account(box, connection.id, account)
        connection.state = ConnectionState.ACTIVE
        connection.refreshed_at = now
        session.add(connection)
        await session.flush()
        await replace_digest(session, sealed(box, connection.id, digest, now))
        return connection.id

    async def _box(self, session: AsyncSession, customer_id: str) -> Box:
        customer = await find_customer(session, customer_id)
        if customer is None or customer.disabled_at is not None:
            raise _changed()  # it was merged into another one, or erased
        return await open_box(session, self._vault, customer_id)


def _is_of(box: Box, connection: Connection, account: Account) -> bool:
    try:
        return open_account(box, connection).id == account.id
    except SealError:  # what does not open stays what it is, and ages
        return False


def _too_slow() -> Invalid:
    return Invalid(
        "Hardly anything of the archive came for a minute. Upload it again, over a faster"
        " connection.",
        code="upload_too_slow",
    )


def _changed() -> Conflict:
    return Conflict("Your account changed while the archive was read. Upload it again.")
