"""Customers: signing in by e-mail link, the browser's session, erasing everything."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Forbidden, NotFound, Unavailable
from app.ids import SIGN_IN_TOKEN, new_id, new_secret, secret_hash
from app.mail import Mail, Mailer
from app.store.belongings import delete_shells, hold_customers
from app.store.customers import (
    Customer,
    DataKey,
    Identifier,
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
    Session,
    SignInLink,
    consume_link,
    count_recent_links,
    delete_link,
    delete_links_to,
    delete_session,
    delete_sessions_of,
    find_open_link,
    find_session,
)
from app.usecases.identifiers import addresses_of, identifier_place, normal_email

LINK_LIFETIME = timedelta(minutes=10)
LINKS_PER_LIFETIME = 5
SESSION_LIFETIME = timedelta(days=14)

LINK_TEXT = """Hello,

this link signs you in to Milieu. It works once, for ten minutes:

{link}

If you did not ask for it, do nothing: nobody can sign in without it.
"""


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
        self._mailer = mailer
        self._issuer = issuer

    async def request_sign_in(self, email: str, return_to: str) -> None:
        """Send a sign-in link; the answer is the same for known and unknown addresses.

        Args:
            email: The address as typed.
            return_to: Local route to go on to, as `app.web.return_to` made it.

        Raises:
            Invalid: That is no e-mail address.
            Unavailable: The mail server does not answer.
        """
        address = normal_email(email)
        now = self._clock()
        token = new_secret(SIGN_IN_TOKEN)
        token_hash = secret_hash(token)
        email_index = self._vault.blind_index(IdentifierType.EMAIL, address)
        async with self._database.writing() as session:
            recent = await count_recent_links(session, email_index, now - LINK_LIFETIME)
            if recent >= LINKS_PER_LIFETIME:
                return
            link = SignInLink(
                token_hash=token_hash,
                email_index=email_index,
                sealed_email=self._vault.service.seal(address.encode(), _link_place(token_hash)),
                return_to=return_to,
                created_at=now,
                expires_at=now + LINK_LIFETIME,
            )
            session.add(link)
        text = LINK_TEXT.format(link=f"{self._issuer}/sign-in/{token}")
        try:
            await self._mailer.send(Mail(address, "Sign in to Milieu", text, now))
        except Unavailable:
            # A link that nobody received must not count against her next attempts.
            async with self._database.writing() as session:
                await delete_link(session, token_hash)
            raise

    async def sign_in_link_address(self, token: str) -> str | None:
        """Say whose link this is, without using it; nothing if it can be used no more.

        Whoever holds the link may know: it went to that address.
        """
        token_hash = secret_hash(token)
        async with self._database.reading() as session:
            link = await find_open_link(session, token_hash, self._clock())
        if link is None:
            return None
        return self._vault.service.open(link.sealed_email, _link_place(token_hash)).decode()

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
            address = self._vault.service.open(link.sealed_email, _link_place(token_hash)).decode()
            customer = await self._customer_of(session, address, link.email_index, now)
            if customer.disabled_at is not None:
                raise Forbidden("This account is disabled.")
            secret = new_secret()
            session.add(
                Session(
                    id_hash=secret_hash(secret),
                    customer_id=customer.id,
                    signed_in_at=now,
                    expires_at=now + SESSION_LIFETIME,
                )
            )
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
        """Return the addresses she signs in with, one at least.

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
        customer = Customer(id=new_id("cus", now), created_at=now)
        wrapped = self._vault.new_data_key(customer.id)
        identifier_id = new_id("idn", now)
        sealed = self._vault.box(customer.id, wrapped).seal(
            address.encode(), identifier_place(identifier_id)
        )
        session.add(customer)
        await session.flush()
        session.add(
            DataKey(customer_id=customer.id, wrapped=wrapped, master_key_id=self._vault.key_id)
        )
        session.add(
            Identifier(
                id=identifier_id,
                customer_id=customer.id,
                type=IdentifierType.EMAIL,
                blind_index=email_index,
                sealed_value=sealed,
                verified_at=now,
            )
        )
        return customer


def _link_place(token_hash: str) -> str:
    return f"sign_in_links.sealed_email:{token_hash}"
