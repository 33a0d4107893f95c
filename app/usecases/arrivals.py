"""Who it is that comes back from an OpenID provider, and what becomes of it."""

from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Conflict, Forbidden, Invalid
from app.store.customers import (
    Customer,
    IdentifierType,
    find_by_identifier,
    identifiers_of,
    open_box,
)
from app.store.engine import Database
from app.store.grants import hold_customer
from app.store.secrets import Vault
from app.store.sign_in_attempts import SignInAttempt, Wish
from app.usecases.identifiers import account_name, addresses_of, normal_email, openid_value
from app.usecases.identities import (
    SESSION_LIFETIME,
    add_customer,
    add_identifier,
    begin_session,
)
from app.usecases.way_mails import WayChange, WayMails
from oauth.link.id_token import Identity

MAX_WAYS = 10
"""More ways to sign in than anybody needs; each is a door."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Who a provider says she is.

    Args:
        identity: By the ID token.
        email: Her address, where the provider's word is taken for it.
    """

    identity: Identity
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of it.

    Args:
        wish: What she went for.
        return_to: Where she goes on to.
        customer_id: Who she is.
        session_secret: Of a fresh session, if she signed in: known at this moment alone.
        is_new: Whether she was not known before.
    """

    wish: Wish
    return_to: str
    customer_id: str
    session_secret: str | None = field(default=None, repr=False)
    is_new: bool = False


class Arrivals:
    """Finds, makes or adds to the customer whom a provider has named.

    Args:
        database: Where customers are kept.
        vault: Seals and indexes their identifiers.
        clock: The time.
        mails: Tell her of a way to sign in that was added.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock, mails: WayMails) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._mails = mails

    async def settle(self, attempt: SignInAttempt, shown: Shown) -> Arrival:
        """Do what an attempt was for; the caller has used it up.

        Args:
            attempt: What she went for.
            shown: Who the provider says she is.

        Raises:
            Conflict: The account is somebody else's, or none that she signs in with.
            Forbidden: She is disabled.
        """
        try:
            arrival, change = await self._settle(attempt, shown)
        except IntegrityError:
            # Somebody showed the same account, or address, in the same moment, and was first.
            arrival, change = await self._settle(attempt, shown)
        if change is not None:
            await self._mails.tell(change)
        return arrival

    async def _settle(
        self, attempt: SignInAttempt, shown: Shown
    ) -> tuple[Arrival, WayChange | None]:
        value = openid_value(shown.identity.issuer, shown.identity.subject)
        index = self._vault.blind_index(IdentifierType.OPENID, value)
        async with self._database.writing() as session:
            known = await find_by_identifier(session, IdentifierType.OPENID, index)
            if attempt.wish == Wish.ADD:
                return await self._add(session, attempt, known, value, shown.email)
            if attempt.wish == Wish.SIGN_IN_AGAIN and (
                known is None or known.id != attempt.customer_id
            ):
                # The same of an account that nobody has and one that somebody else has.
                raise Conflict("That is none of your ways to sign in.", code="openid_not_yours")
            customer = known or await add_customer(session, self._vault, self._clock())
            if customer.disabled_at is not None:
                raise Forbidden("This account is disabled.", code="disabled")
            if known is None:
                await self._keep(session, customer.id, value, shown.email)
            is_new = known is None
            return self._signed_in(session, attempt, customer, shown, is_new=is_new), None

    def _signed_in(
        self,
        session: AsyncSession,
        attempt: SignInAttempt,
        customer: Customer,
        shown: Shown,
        *,
        is_new: bool,
    ) -> Arrival:
        now = self._clock()
        # A provider that does not say when may know her of long ago, unless it had to ask her.
        unsaid = now if attempt.wish == Wish.SIGN_IN_AGAIN else now - SESSION_LIFETIME
        at = shown.identity.authenticated_at or unsaid
        secret = begin_session(session, customer.id, now, at)
        return Arrival(Wish(attempt.wish), attempt.return_to, customer.id, secret, is_new)

    async def _add(
        self,
        session: AsyncSession,
        attempt: SignInAttempt,
        known: Customer | None,
        value: str,
        email: str | None,
    ) -> tuple[Arrival, WayChange | None]:
        holder = await hold_customer(session, attempt.customer_id or "")
        if holder is None:
            raise Forbidden("This account is disabled.", code="disabled")
        if known is not None and known.id != holder.id:
            raise Conflict("That account cannot be added here.", code="openid_taken")
        change = None
        if known is None:
            if len(await identifiers_of(session, holder.id)) >= MAX_WAYS:
                raise Conflict("You have ways enough to sign in.", code="ways_enough")
            await self._keep(session, holder.id, value, email)
            box = await open_box(session, self._vault, holder.id)
            addresses = await addresses_of(session, box, holder.id)
            way = account_name(value)
            change = WayChange(way, addresses.values(), is_added=True)
        return Arrival(Wish.ADD, attempt.return_to, holder.id), change

    async def _keep(
        self, session: AsyncSession, customer_id: str, value: str, email: str | None
    ) -> None:
        now = self._clock()
        await add_identifier(session, self._vault, customer_id, IdentifierType.OPENID, value, now)
        address = _address(email)
        if address is None:
            return
        index = self._vault.blind_index(IdentifierType.EMAIL, address)
        # Of an address that somebody has, nothing is said and nothing made.
        if await find_by_identifier(session, IdentifierType.EMAIL, index) is None:
            await add_identifier(
                session, self._vault, customer_id, IdentifierType.EMAIL, address, now
            )


def _address(email: str | None) -> str | None:
    try:
        return None if email is None else normal_email(email)
    except Invalid:
        return None
