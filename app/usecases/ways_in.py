"""Her ways to sign in: what they are, adding an address, taking one away; never the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Conflict, Forbidden, NotFound
from app.ids import secret_hash
from app.store.customers import (
    Identifier,
    IdentifierType,
    delete_identifier,
    identifiers_of,
    open_box,
)
from app.store.engine import Database
from app.store.grants import hold_customer
from app.store.merges import merges_into
from app.store.secrets import Vault
from app.store.sessions import (
    consume_link,
    delete_links_to,
    delete_other_sessions_of,
    find_open_link,
)
from app.usecases.arrivals import MAX_WAYS
from app.usecases.customers import CurrentSession
from app.usecases.identifiers import identifier_value, issuer_of
from app.usecases.identities import add_identifier
from app.usecases.openid_providers import OpenIDProviders
from app.usecases.sign_in_links import link_place
from app.usecases.way_mails import WayChange, WayMails


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way to sign in.

    Args:
        id: Of the identifier.
        name: Her address, or what the provider is called here.
        is_email: Whether a link is sent, or a provider asked.
        works: Whether she can sign in by it; not where a provider is asked no more.
        since: When she first showed it to be hers.
    """

    id: str
    name: str
    is_email: bool
    works: bool
    since: datetime


class WaysIn:
    """What a customer does with her ways to sign in; she has signed in lately, says the caller.

    Args:
        database: Where they are kept.
        vault: Opens what is hers.
        clock: The time.
        providers: Those that are asked.
        mails: Tell her.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        providers: OpenIDProviders,
        mails: WayMails,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._providers = providers
        self._mails = mails

    async def list(self, customer_id: str) -> Sequence[WayIn]:
        """List them, oldest first."""
        async with self._database.reading() as session:
            return await self._ways(session, customer_id)

    async def known_as(self, customer_id: str) -> str:
        """Say who she is in words that she knows: her address, or where she has an account."""
        ways = await self.list(customer_id)
        emails = [way.name for way in ways if way.is_email]
        return emails[0] if emails else f"who has the account at {ways[0].name}"

    async def address_to_add(self, customer_id: str, token: str) -> str | None:
        """Say which address a link would add, without using it; None if it adds nothing to her."""
        token_hash = secret_hash(token)
        async with self._database.reading() as session:
            link = await find_open_link(session, token_hash, self._clock(), customer_id)
        if link is None:
            return None
        return self._vault.service.open(link.sealed_email, link_place(token_hash)).decode()

    async def add_address(self, customer_id: str, token: str) -> None:
        """Use a link up, let her sign in by its address too, and tell all her addresses.

        Args:
            customer_id: Who is signed in where the link was opened.
            token: The link's.

        Raises:
            Forbidden: The link was used, is too old, or was not asked for by her.
            Conflict: The address cannot be added; whose it is, is not told.
        """
        try:
            change = await self._add_address(customer_id, token)
        except IntegrityError:
            raise Conflict("That address cannot be added here.", code="address_taken") from None
        if change is not None:
            await self._mails.tell(change)

    async def remove(self, session: CurrentSession, identifier_id: str) -> None:
        """Take a way to sign in away, and end her sessions elsewhere, which it may have begun.

        All her addresses are told by mail, that one included.

        Args:
            session: Hers, which goes on.
            identifier_id: The way.

        Raises:
            NotFound: She has no such way.
            Conflict: It is the last that works, or is of before a merge that can be undone.
        """
        async with self._database.writing() as transaction:
            # Two that are taken away at once must not both see the other.
            await hold_customer(transaction, session.customer_id)
            ways = await self._ways(transaction, session.customer_id)
            gone = next((way for way in ways if way.id == identifier_id), None)
            if gone is None:
                raise NotFound("You have no such way to sign in.")
            if not any(way.works for way in ways if way is not gone):
                raise Conflict("That is your last way to sign in.", code="last_way")
            merges = await merges_into(transaction, session.customer_id)
            if any(merge.merged_at and gone.since <= merge.merged_at for merge in merges):
                # Should the two be two people, neither may lock the other out.
                raise Conflict("It is of before a merge that can be undone.", code="way_of_merged")
            if gone.is_email:
                index = self._vault.blind_index(IdentifierType.EMAIL, gone.name)
                await delete_links_to(transaction, index)
            await delete_identifier(transaction, identifier_id)
            await delete_other_sessions_of(transaction, session.customer_id, session.session_hash)
        await self._mails.tell(WayChange(gone.name, _emails(ways), is_added=False))

    async def _add_address(self, customer_id: str, token: str) -> WayChange | None:
        now, token_hash = self._clock(), secret_hash(token)
        async with self._database.writing() as session:
            link = await find_open_link(session, token_hash, now, customer_id)
            if link is None or not await consume_link(session, token_hash, now):
                raise Forbidden("This link was used or is too old.", code="address_link_over")
            if await hold_customer(session, customer_id) is None:
                # Merged into another account, or disabled, while she was reading her mail.
                raise Forbidden("This account is disabled.", code="disabled")
            ways = await self._ways(session, customer_id)
            address = self._vault.service.open(link.sealed_email, link_place(token_hash)).decode()
            if any(way.is_email and way.name == address for way in ways):
                return None
            if len(ways) >= MAX_WAYS:
                raise Conflict("You have ways enough to sign in.", code="ways_enough")
            await add_identifier(
                session, self._vault, customer_id, IdentifierType.EMAIL, address, now
            )
            return WayChange(address, [*_emails(ways), address], is_added=True)

    async def _ways(self, session: AsyncSession, customer_id: str) -> Sequence[WayIn]:
        box = await open_box(session, self._vault, customer_id)
        return [
            self._way(identifier, identifier_value(box, identifier))
            for identifier in await identifiers_of(session, customer_id)
        ]

    def _way(self, identifier: Identifier, value: str) -> WayIn:
        is_email = identifier.type == IdentifierType.EMAIL
        title = None if is_email else self._providers.title_of(issuer_of(value))
        return WayIn(
            id=identifier.id,
            name=value if is_email else title or issuer_of(value),
            is_email=is_email,
            works=is_email or title is not None,
            since=identifier.verified_at,
        )


def _emails(ways: Sequence[WayIn]) -> list[str]:
    return [way.name for way in ways if way.is_email]
