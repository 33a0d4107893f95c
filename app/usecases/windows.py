"""Reading a window under the lease on its connection, with tokens that are renewed before they end.

The lease is the lock on the tokens too, in whichever process: it is looked at, and made longer,
right before a provider is asked to renew them, and again when what came back is kept. Only what is
kept is used, so that a renewal which is lost on the way is lost before anything depends on it.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from app.clock import Clock
from app.connectors.catalogue import Account, Catalogue, Link
from app.connectors.errors import AccessRevoked, ProviderDown
from app.outbound import Outbound
from app.store.connections import Connection, find_leased, hold_lease, is_connection
from app.store.customers import open_box
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.accounts import open_account, open_tokens, seal_tokens
from app.usecases.provider_tokens import ProviderTokens
from context.post import Window
from oauth.link.provider import Tokens

LEASE = timedelta(minutes=5)
# A fetch that lasted longer than its lease could not be kept, so it ends before.
FETCH_AT_MOST = timedelta(minutes=4)
# A window takes a while to read, and clocks differ.
RENEW_BEFORE = timedelta(minutes=5)


class LeaseLost(Exception):
    """The lease is another's, or the connection is gone: nothing that was done here counts."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A connection as it was when we leased it."""

    connection: Connection = field(repr=False)
    lease: str = field(repr=False)


class Windows:
    """Reads windows.

    Args:
        database: Where connections are kept.
        vault: Opens tokens, seals renewed ones.
        clock: The present.
        outbound: Calls providers.
        catalogue: The connectors.
        tokens: Renews tokens.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        outbound: Outbound,
        catalogue: Catalogue,
        tokens: ProviderTokens,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._outbound = outbound
        self._catalogue = catalogue
        self._tokens = tokens
        self._renewing: set[asyncio.Task[Tokens]] = set()

    async def settle(self) -> None:
        """Wait until what a provider was asked to renew is kept; whoever stops, stops after it."""
        await asyncio.gather(*self._renewing, return_exceptions=True)

    async def read(self, leased: Leased) -> Window:
        """Read the window of a connection that is leased: all of it, or an error.

        Raises:
            ConnectorError: A part of it cannot be had.
            LeaseLost: The lease has gone to somebody else meanwhile.
            SealError: What is kept of the connection does not open.
        """
        account, tokens = await self._open(leased.connection)
        if tokens is None or tokens.refresh_token is None:
            return await self._fetch(leased, account, tokens)
        if self._ends_soon(tokens):
            return await self._fetch(leased, account, await self._renewed(leased, tokens))
        try:
            return await self._fetch(leased, account, tokens)
        except AccessRevoked:  # it may have ended without having said when
            return await self._fetch(leased, account, await self._renewed(leased, tokens))

    async def _open(self, connection: Connection) -> tuple[Account, Tokens | None]:
        async with self._database.reading() as session:
            box = await open_box(session, self._vault, connection.customer_id)
        return open_account(box, connection), open_tokens(box, connection)

    def _ends_soon(self, tokens: Tokens) -> bool:
        return tokens.expires_at is not None and tokens.expires_at <= self._clock() + RENEW_BEFORE

    async def _renewed(self, leased: Leased, tokens: Tokens) -> Tokens:
        # Cut off between the provider's answer and the commit, the tokens would be lost for good.
        renewing = asyncio.create_task(self._renew(leased, tokens))
        self._renewing.add(renewing)
        renewing.add_done_callback(self._renewing.discard)
        return await asyncio.shield(renewing)

    async def _renew(self, leased: Leased, tokens: Tokens) -> Tokens:
        connection = leased.connection
        async with self._database.writing() as session:
            until = self._clock() + LEASE
            if not await hold_lease(session, connection.id, leased.lease, until):
                raise LeaseLost
        fresh = await self._tokens.renew(connection.provider, connection.instance, tokens)
        async with self._database.writing() as session:
            ours = await find_leased(session, connection.id, leased.lease)
            is_linked = ours is not None or await is_connection(session, connection.id)
            if ours is not None:
                box = await open_box(session, self._vault, ours.customer_id)
                ours.sealed_tokens = seal_tokens(box, ours.id, fresh)
        if not is_linked:
            # She unlinked it meanwhile, and what was revoked then was spent already.
            await self._tokens.revoke(connection.provider, connection.instance, fresh)
        if ours is None:
            raise LeaseLost
        return fresh

    async def _fetch(self, leased: Leased, account: Account, tokens: Tokens | None) -> Window:
        connection = leased.connection
        connector = self._catalogue.fetching(connection.provider)
        link = Link(
            connection.instance,
            account,
            self._tokens.auth(connection.provider, connection.instance, tokens),
            connection.followers_only,
        )
        try:
            async with asyncio.timeout(FETCH_AT_MOST.total_seconds()):
                async with self._outbound.client() as client:
                    return await connector.fetch(client, link, self._clock())
        except TimeoutError:
            raise ProviderDown("It is too slow for a whole window.") from None
