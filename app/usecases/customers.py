"""Customers: signing in by e-mail link, the browser's session, erasing everything."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Forbidden, NotFound
from app.ids import secret_hash
from app.mail import Mailer
from app.store.belongings import delete_shells, hold_customers
from app.store.customers import (
    Customer,
    DataKey,
    IdentifierType,
    delete_customer,
    find_by_identifier,
    identifiers_of,
    open_box,
)
from app.store.engine import Database
from app.store.merges import merges_into
from app.store.secrets import Vault
from app.store.sessions import (
    consume_link,
    delete_links_to,
    delete_session,
    delete_sessions_of,
    find_open_link,
    find_session,
)
from app.usecases.identifiers import addresses_of
from app.usecases.identities import add_customer, add_identifier, begin_session
from app.usecases.sign_in_links import SignInLinks, link_place


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the only moment its secret is known."""

    session_secret: str
    customer_id: str
    return_to: str


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """Who is behind a browser's session."""

    session_hash: str
    customer_id: str
    signed_in_at: datetime


class Customers:
    """What a customer does about her own account.

    Args:
        database: Where she is kept.
        vault: Seals what is hers.
        clock: The time.
        mailer: Brings the sign-in link.
        issuer: The service's public address.
    """

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, mailer: Mailer, issuer: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._links = SignInLinks(database, vault, clock, mailer, issuer)

    async def request_sign_in(self, email: str, return_to: str) -> None:
        """Send a sign-in link; the answer is the same for known and unknown addresses.

        Args:
            email: The address as typed.
            return_to: Local route to go on to, as `app.web.return_to` made it.

        Raises:
            Invalid: That is no e-mail address.
            Unavailable: The mail server does not answer.
        """
        await self._links.send(email, return_to, None)

    async def request_address(self, customer_id: str, email: str) -> None:
        """Send a link that adds an address; the same is said of those that somebody has.

        Args:
            customer_id: Who asks; she alone can use it.
            email: The address as typed.

        Raises:
            Invalid: That is no e-mail address.
            Unavailable: The mail server does not answer.
        """
        await self._links.send(email, "account", customer_id)

    async def sign_in_link_address(self, token: str) -> str | None:
        """Say whose link this is, without using it; nothing if it can be used no more.

        Whoever holds the link may know: it went to that address.
        """
        token_hash = secret_hash(token)
        async with self._database.reading() as session:
            link = await find_open_link(session, token_hash, self._clock())
        if link is None:
            return None
        return self._vault.service.open(link.sealed_email, link_place(token_hash)).decode()

    async def sign_in(self, token: str) -> SignedIn:
        """Use a link up and begin a session; the first sign-in makes the customer.

        Raises:
            Forbidden: The link was used, is too old, or never was; or she is disabled.
        """
        try:
            return await self._sign_in(token)
        except IntegrityError:
            # Two links to a new address were used at once: the other one made the customer.
            return await self._sign_in(token)

    async def _sign_in(self, token: str) -> SignedIn:
        now = self._clock()
        token_hash = secret_hash(token)
        async with self._database.writing() as session:
            link = await find_open_link(session, token_hash, now)
            if link is None or not await consume_link(session, token_hash, now):
                raise Forbidden("This link was used or is too old. Ask for a new one.")
            address = self._vault.service.open(link.sealed_email, link_place(token_hash)).decode()
            customer = await self._customer_of(session, address, link.email_index, now)
            if customer.disabled_at is not None:
                raise Forbidden("This account is disabled.")
            secret = begin_session(session, customer.id, now, now)
            return SignedIn(secret, customer.id, link.return_to)

    async def session(self, secret: str) -> CurrentSession | None:
        """Find who is behind a session's secret, or nobody."""
        session_hash = secret_hash(secret)
        async with self._database.reading() as session:
            row = await find_session(session, session_hash, self._clock())
        if row is None:
            return None
        return CurrentSession(session_hash, row.customer_id, row.signed_in_at)

    async def sign_out(self, secret: str) -> None:
        """End one browser's session."""
        async with self._database.writing() as session:
            await delete_session(session, secret_hash(secret))

    async def sign_out_everywhere(self, customer_id: str) -> None:
        """End all her sessions."""
        async with self._database.writing() as session:
            await delete_sessions_of(session, customer_id)

    async def emails(self, customer_id: str) -> list[str]:
        """Return the addresses she signs in with; a provider may be her only way.

        Raises:
            NotFound: There is no such customer.
        """
        async with self._database.reading() as session:
            if await session.get(DataKey, customer_id) is None:
                raise NotFound("There is no such customer.")
            box = await open_box(session, self._vault, customer_id)
            return list((await addresses_of(session, box, customer_id)).values())

    async def erase(self, customer_id: str) -> None:
        """Erase everything of hers, and of accounts that were merged into this one.

        With her data keys gone, what backups hold of hers yields nothing, provided they leave out
        the table `data_keys`; a copy of a whole SQLite file does not.

        Raises:
            NotFound: There is no such customer (any more).
        """
        async with self._database.writing() as session:
            shells = await merges_into(session, customer_id)
            await hold_customers(session, [customer_id, *(shell.absorbed_id for shell in shells)])
            for identifier in await identifiers_of(session, customer_id):
                await delete_links_to(session, identifier.blind_index)
            await delete_shells(session, await merges_into(session, customer_id))
            if not await delete_customer(session, customer_id):
                raise NotFound("There is no such customer.")
        await self._database.scrub()

    async def _customer_of(
        self, session: AsyncSession, address: str, email_index: str, now: datetime
    ) -> Customer:
        known = await find_by_identifier(session, IdentifierType.EMAIL, email_index)
        if known is not None:
            return known
        customer = await add_customer(session, self._vault, now)
        await add_identifier(session, self._vault, customer.id, IdentifierType.EMAIL, address, now)
        return customer
