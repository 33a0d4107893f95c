"""Refresh: the window is fetched and analysed in memory, and its digest replaces the one before.

Between two transactions nothing is held but a lease: the first takes it, the last replaces the
digest if the lease is still ours. Whatever fails in between, be it a secret that does not open,
is a failed refresh with its back-off. Killed in between, the work is taken up again when the lease
has run out; nothing half-done is ever written, and no post at all.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.connectors.errors import AccessRevoked, ProviderDown
from app.connectors.presence import Presence, PresentWindow
from app.errors import Conflict, NotFound
from app.ids import new_secret
from app.store.belongings import owner_of
from app.store.connections import (
    Connection,
    ConnectionState,
    due_connections,
    find_connection,
    find_leased,
    make_due_where_read_otherwise,
    replace_digest,
    take_lease,
)
from app.store.customers import bump_context_version, open_box
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.accounts import seal_presence
from app.usecases.analyses import Analyses, sealed
from app.usecases.schedule import after_success, back_off, on_demand
from app.usecases.windows import LEASE, Leased, LeaseLost, Windows
from context.digest import Digest

logger = logging.getLogger(__name__)


class Refresh:
    """Refreshes connections.

    Args:
        database: Where connections and digests are kept.
        vault: Seals digests.
        clock: The present.
        windows: Reads windows.
        analyses: Analyses what was read.
        every: Rest between refreshes, in the mean.
        due: Set when a connection has become due.
        chance: Random numbers from 0 to 1, for jitter.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        windows: Windows,
        analyses: Analyses,
        every: timedelta,
        due: asyncio.Event,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._windows = windows
        self._analyses = analyses
        self._every = every
        self._due = due
        self._chance = chance

    async def request_refresh(self, customer_id: str, connection_id: str) -> datetime:
        """Make a connection due now, or as soon as it may be read again.

        Her provider is not called more often than it wants, nor right after it was read.

        Returns:
            When it is due.

        Raises:
            NotFound: She has no such connection.
            Conflict: It must be linked again first, or was uploaded and cannot be read again.
        """
        async with self._database.writing() as session:
            connection = await find_connection(session, customer_id, connection_id)
            if connection is None:
                raise NotFound("You have no such connection.")
            if connection.state == ConnectionState.REAUTH_REQUIRED:
                raise Conflict("Access has ended; link the account again.", code="link_broken")
            if connection.due_at is None:
                raise Conflict(
                    "What was uploaded cannot be read again; upload a newer archive.",
                    code="uploaded_once",
                )
            due_at = on_demand(self._clock(), connection.refreshed_at, connection.not_before)
            connection.due_at = due_at
        self._due.set()
        return due_at

    async def follow_engine(self) -> int:
        """Make every connection due that was read by another engine than this one.

        Done once, when a worker starts, and not whenever it looks for work: two workers of
        different engines would never come to rest.

        Returns:
            How many became due.
        """
        engine = self._analyses.engine_name
        async with self._database.writing() as session:
            found = await make_due_where_read_otherwise(session, engine, self._clock())
        if found:
            logger.info("%d connections are read again by the engine %s", found, engine)
        return found

    async def due(self, limit: int) -> list[str]:
        """List the ids of at most `limit` connections that are due and that nobody works on."""
        async with self._database.reading() as session:
            return list(await due_connections(session, self._clock(), limit))

    async def settle(self) -> None:
        """Wait for what must not be cut off; a worker that stops calls it last."""
        await self._windows.settle()

    async def refresh(self, connection_id: str) -> ConnectionState | None:
        """Refresh a connection that is due.

        Returns:
            Its state afterwards; None if there was nothing to do: not due, leased by another
            worker, or gone.
        """
        work = await self._begin(connection_id)
        if work is None:
            return None
        try:
            digest, presence = await self._read(work)
        except LeaseLost:
            return None
        except AccessRevoked:
            return await self._fail(work, ConnectionState.REAUTH_REQUIRED)
        except ProviderDown as error:
            return await self._fail(work, ConnectionState.PROVIDER_DOWN, error.retry_after)
        except Exception as error:  # noqa: BLE001 - whatever it is may quote a post: only its name goes on
            logger.error("refresh of %s failed: %s", connection_id, type(error).__name__)  # noqa: TRY400 - a traceback may quote a post
            return await self._fail(work, ConnectionState.DEGRADED)
        return await self._succeed(work, digest, presence)

    async def _begin(self, connection_id: str) -> Leased | None:
        now, lease = self._clock(), new_secret()
        async with self._database.writing() as session:
            if not await take_lease(session, connection_id, lease, now, now + LEASE):
                return None
            connection = await find_leased(session, connection_id, lease)
        return None if connection is None else Leased(connection, lease)

    async def _read(self, work: Leased) -> tuple[Digest, Presence | None]:
        now = self._clock()
        window = await self._windows.read(work)
        digest = await self._analyses.digest(work.connection.id, window, now)
        return digest, window.presence if isinstance(window, PresentWindow) else None

    async def _succeed(
        self, work: Leased, digest: Digest, presence: Presence | None = None
    ) -> ConnectionState | None:
        now = self._clock()
        async with self._database.writing() as session:
            connection = await self._ours(session, work)
            if connection is None:
                return None
            box = await open_box(session, self._vault, connection.customer_id)
            await replace_digest(session, sealed(box, connection.id, digest, now))
            if presence is not None:
                connection.sealed_presence = seal_presence(box, connection.id, presence)
            connection.refreshed_at = now
            connection.failures = 0
            connection.not_before = None
            # She may have asked for another one while this one ran.
            asked = connection.due_at if connection.due_at != work.connection.due_at else None
            due_at = after_success(now, asked, self._every, self._chance())
            _release(connection, ConnectionState.ACTIVE, due_at)
        logger.info("refreshed %s", work.connection.id)
        return ConnectionState.ACTIVE

    async def _ours(self, session: AsyncSession, work: Leased) -> Connection | None:
        """Return the connection if the lease on it is still ours; its owner's context moves on.

        Her state is part of the context too: a broken link is a reason for an absence. The
        customer's row comes before the connection's here as in an erasure, so that the two cannot
        wait for each other; should the lease be lost, one rendering too many is made.

        The connection may have passed to another customer, by a merge, since it was leased: it is
        its owner of now who is meant, and whose key seals what is written. Should it pass in this
        very moment, nothing is written, and it is read again when the lease has run out.
        """
        owner = await owner_of(session, work.connection.id)
        if owner is None:
            return None
        await bump_context_version(session, owner)
        connection = await find_leased(session, work.connection.id, work.lease)
        return connection if connection is not None and connection.customer_id == owner else None

    async def _fail(
        self, work: Leased, state: ConnectionState, asked: timedelta | None = None
    ) -> ConnectionState | None:
        now = self._clock()
        async with self._database.writing() as session:
            connection = await self._ours(session, work)
            if connection is None:
                return None
            connection.failures += 1
            delay = back_off(connection.failures, asked, self._every, self._chance())
            connection.not_before = None if asked is None else now + asked
            needs_her = state is ConnectionState.REAUTH_REQUIRED
            _release(connection, state, None if needs_her else now + delay)
        logger.warning("refresh of %s: %s", work.connection.id, state)
        return state


def _release(connection: Connection, state: ConnectionState, due_at: datetime | None) -> None:
    connection.state = state
    connection.due_at = due_at
    connection.lease = connection.leased_until = None
