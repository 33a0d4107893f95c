"""Connections: linking an account, showing where each one stands, unlinking."""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.connectors.catalogue import Catalogue, Means, Reads
from app.errors import Conflict, Forbidden, NotFound
from app.ids import new_id
from app.store.connections import (
    Connection,
    ConnectionState,
    connections_of,
    delete_connection,
    find_connection,
    find_connection_to,
    hold_connection,
)
from app.store.customers import bump_context_version, find_customer, open_box
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.accounts import account_index, seal_account, seal_tokens
from app.usecases.connection_view import ConnectionView, views_of
from app.usecases.linking import Linked, Linking
from app.usecases.provider_tokens import ProviderTokens
from app.usecases.proving import ProofView, Proving
from app.usecases.revocations import Revocation, Revocations


class Connections:
    """What a customer does with her connections.

    Args:
        database: Where they are kept.
        vault: Seals what is hers.
        clock: The present.
        catalogue: The connectors.
        linking: The way to a provider and back.
        proving: What she proves in a page of hers.
        tokens: Ends our access.
        due: Set when a connection has become due, so that no worker sleeps through it.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        catalogue: Catalogue,
        linking: Linking,
        proving: Proving,
        tokens: ProviderTokens,
        due: asyncio.Event,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._catalogue = catalogue
        self._linking = linking
        self._proving = proving
        self._revocations = Revocations(vault, tokens)
        self._due = due

    async def begin_link(
        self, customer_id: str, session_hash: str, provider: str, address: str
    ) -> str:
        """Begin to link an account; return the address at the provider to send her to.

        Args:
            customer_id: Who links.
            session_hash: The browser she does it with; the only one that can finish.
            provider: The connector's name.
            address: What she typed as her instance.

        Raises:
            Invalid: The address names no instance, or none that is called.
            Unavailable: The instance does not answer as one.
        """
        return await self._linking.begin(customer_id, session_hash, provider, address)

    async def finish_link(
        self, session_hash: str, params: Mapping[str, str], callback: str = ""
    ) -> str:
        """Finish linking when she comes back; return the connection's id.

        The same account linked again by her is the same connection, with its digest.

        Args:
            session_hash: The browser that came back.
            params: The query it came back with.
            callback: The last part of the address it came back to; each provider has its own.

        Raises:
            Forbidden: The attempt is another browser's, used, expired or unknown, or she declined.
            Conflict: The provider does not accept it, or the account is linked by somebody else.
            Unavailable: The provider does not answer.
        """
        return await self._linked(await self._linking.finish(session_hash, params, callback))

    @property
    def offered(self) -> Sequence[str]:
        """The providers that can be linked here, by name."""
        return self._catalogue.names

    def linked_by(self, provider: str) -> Means:
        """Return how accounts at a provider are linked.

        Raises:
            NotFound: This provider is not offered here.
        """
        return self._catalogue.find(provider).about.linked_by

    async def begin_proof(self, customer_id: str, provider: str, typed: str) -> str:
        """Begin to link a page of hers; return the name of the attempt.

        Args:
            customer_id: Who links.
            provider: The connector's name.
            typed: An address of hers.

        Raises:
            Invalid: It leads to nothing that can be linked.
            Unavailable: It does not answer well.
        """
        return await self._proving.begin(customer_id, provider, typed)

    async def proof(self, customer_id: str, name: str) -> ProofView:
        """Return what she is asked to prove.

        Raises:
            NotFound: There is no such attempt of hers, or it is over.
        """
        return await self._proving.view(customer_id, name)

    async def finish_proof(self, customer_id: str, name: str) -> str:
        """Look for the proof in her page and link it; return the connection's id.

        Raises:
            NotFound: There is no such attempt of hers, or it is over.
            Invalid: The page does not show it; the text says what was looked for and found.
            Conflict: It is linked by somebody else.
            Unavailable: The page does not answer well.
        """
        return await self._linked(await self._proving.finish(customer_id, name))

    async def read_followers_only(
        self, customer_id: str, connection_id: str, *, wanted: bool
    ) -> None:
        """Say whether what she writes for her followers is read too; it is read anew at once.

        Args:
            customer_id: Whose connection.
            connection_id: Which.
            wanted: What she ticked.

        Raises:
            NotFound: She has no such connection.
            Conflict: Its provider does not tell posts for followers from others.
        """
        async with self._database.writing() as session:
            connection = await hold_connection(session, customer_id, connection_id)
            if connection is None:
                raise NotFound("You have no such connection.")
            if Reads.FOLLOWERS_ONLY not in self._catalogue.find(connection.provider).about.reads:
                raise Conflict("What you write there for followers cannot be read.")
            if connection.followers_only == wanted:
                return
            connection.followers_only = wanted
            # A refresh that runs has read what she wanted before: it may not be kept.
            connection.lease = connection.leased_until = None
            if connection.state != ConnectionState.REAUTH_REQUIRED:
                connection.due_at = max(self._clock(), connection.not_before or self._clock())
        self._due.set()

    async def unlink(self, customer_id: str, connection_id: str) -> bool:
        """Delete a connection with its digest, then end our access at the provider.

        Returns:
            Whether our access has ended for sure; if not, she can end it in her settings there.

        Raises:
            NotFound: She has no such connection.
        """
        async with self._database.writing() as session:
            await bump_context_version(session, customer_id)
            connection = await find_connection(session, customer_id, connection_id)
            if connection is None:
                raise NotFound("You have no such connection.")
            revocations = await self._revocations.of(session, customer_id, [connection])
            await delete_connection(session, connection_id)
        return [await self._revocations.end(one) for one in revocations] == [True]

    async def tokens_to_revoke(self, customer_id: str) -> Sequence[Revocation]:
        """List our access to each of a customer's accounts; ask before she is erased.

        What does not open is left out: it must not stand in the way of an erasure.

        Args:
            customer_id: Whose accounts.
        """
        async with self._database.reading() as session:
            rows = await connections_of(session, customer_id)
            connections = [connection for connection, _ in rows]
            return await self._revocations.of(session, customer_id, connections)

    async def revoke_at_providers(self, items: Sequence[Revocation]) -> None:
        """End our access at the providers, as far as they answer; never raises.

        Args:
            items: What `tokens_to_revoke` listed; the connections may be gone by now.
        """
        await asyncio.gather(*(self._revocations.end(item) for item in items))

    async def list(self, customer_id: str) -> Sequence[ConnectionView]:
        """List a customer's connections, oldest first."""
        async with self._database.reading() as session:
            box = await open_box(session, self._vault, customer_id)
            rows = await connections_of(session, customer_id)
        return views_of(box, rows, self._catalogue)

    async def _linked(self, linked: Linked) -> str:
        try:
            async with self._database.writing() as session:
                connection_id = await self._keep(session, linked)
        except IntegrityError:  # linked twice in the same moment
            raise _account_linked() from None
        self._due.set()
        return connection_id

    async def _keep(self, session: AsyncSession, linked: Linked) -> str:
        now, customer_id = self._clock(), linked.customer_id
        await bump_context_version(session, customer_id)
        customer = await find_customer(session, customer_id)
        if customer is None or customer.disabled_at is not None:
            # While she was away, her account was merged into another one, or erased.
            raise Forbidden("This link was not begun here; begin again.", code="link_unknown")
        box = await open_box(session, self._vault, customer_id)
        index = account_index(self._vault, linked.provider, linked.instance, linked.account)
        connection = await find_connection_to(session, index) or Connection(
            id=new_id("con", now),
            customer_id=customer_id,
            provider=linked.provider,
            instance=linked.instance,
            account_index=index,
            sealed_account=b"",
            sealed_tokens=b"",
            created_at=now,
        )
        if connection.customer_id != customer_id:
            # The new token is dropped, not revoked: an instance that hands out one token per
            # account would end the other link too.
            raise _account_linked()
        connection.instance = linked.instance
        connection.sealed_account = seal_account(box, connection.id, linked.account)
        connection.sealed_tokens = seal_tokens(box, connection.id, linked.tokens)
        # Of what was read before, the digest is good for as long as it was.
        was_read = connection.refreshed_at is not None
        connection.state = ConnectionState.ACTIVE if was_read else ConnectionState.PENDING
        connection.failures = 0
        connection.due_at = now
        # A refresh that runs on the old tokens has lost its lease: it must not report on the new.
        connection.lease = connection.leased_until = connection.not_before = None
        session.add(connection)
        return connection.id


def _account_linked() -> Conflict:
    return Conflict(
        "This account cannot be linked here: it is linked already.", code="account_linked"
    )
