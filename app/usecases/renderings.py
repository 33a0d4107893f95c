"""From a customer's sealed digests to her rendered context, and a short memory of it.

A rendering is kept for some seconds, by context version and sections. It carries no authority:
every read is allowed or refused by the database first.
"""

import asyncio
import logging
from collections.abc import Sequence, Set
from datetime import datetime

from cachetools import TTLCache
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.connections import ConnectionState
from app.store.reads import DigestRow, digests_of
from app.store.secrets import Box
from app.usecases.verified_links import presences_of, verified_links
from context.digest import Digest, DigestError
from context.document import Context
from context.explain import Explanation, explain
from context.render import Source, render
from context.section import Section

logger = logging.getLogger("milieu.renderings")

CACHE_SECONDS = 20
CACHE_SIZE = 4096

Key = tuple[str, int, frozenset[Section]]


class Renderings:
    """Renders contexts, remembering the latest.

    Safe under concurrency within one event loop; two renderings of the same context at once are
    merely done twice.
    """

    def __init__(self) -> None:
        self._cache: TTLCache[Key, Context] = TTLCache(CACHE_SIZE, CACHE_SECONDS)

    async def context(
        self,
        session: AsyncSession,
        box: Box,
        customer_id: str,
        version: int,
        sections: Set[Section],
        now: datetime,
    ) -> Context:
        """Render the sections of a customer's context.

        Args:
            session: A transaction.
            box: Opens her digests.
            customer_id: Whose context.
            version: Her context's version, from the same transaction.
            sections: The sections to fill; all others come out absent, as not granted.
            now: The time for which decay is applied.
        """
        key = (customer_id, version, frozenset(sections))
        known = self._cache.get(key)
        if known is not None:
            return known
        sources = _sources(await digests_of(session, customer_id), box)
        rendered = await asyncio.to_thread(render, sources, sections, now)
        self._cache[key] = rendered
        return rendered

    async def explanation(
        self, session: AsyncSession, box: Box, customer_id: str, now: datetime
    ) -> Explanation:
        """Return what is behind the claims of a customer's context; made anew each time.

        Args:
            session: A transaction.
            box: Opens her digests.
            customer_id: Whose context.
            now: The time for which decay is applied.
        """
        sources = _sources(await digests_of(session, customer_id), box)
        return await asyncio.to_thread(explain, sources, now)


def digest_place(connection_id: str) -> str:
    """Return the place to which a connection's digest is sealed."""
    return f"digests.sealed:{connection_id}"


def _digest(row: DigestRow, box: Box) -> Digest | None:
    if row.sealed is None:
        return None
    try:
        return Digest.from_bytes(box.open(row.sealed, digest_place(row.connection_id)))
    except DigestError:
        # of a version that this one cannot read, as after going back: pending until read anew
        logger.warning("A digest cannot be read by this version; the next refresh replaces it.")
        return None


def _sources(rows: Sequence[DigestRow], box: Box) -> list[Source]:
    kept = ((row.connection_id, row.state, row.sealed_presence) for row in rows)
    verified = verified_links(presences_of(box, kept))
    return [
        Source(
            provider=row.provider,
            digest=_digest(row, box),
            refreshed_at=row.refreshed_at,
            broken=row.state == ConnectionState.REAUTH_REQUIRED,
            verified=bool(verified.get(row.connection_id)),
        )
        for row in rows
    ]
