"""Her ways to sign in: another address, one way less, never the last (check 17 is the page's)."""

import asyncio
import re

import pytest
from sqlmodel import select

from app.errors import Conflict, Forbidden, NotFound, Unavailable
from app.ids import new_id
from app.mail import Mail, Outbox
from app.store.customers import IdentifierType, open_box
from app.store.engine import Database
from app.store.merges import Merge, note_came_over
from app.store.secrets import Vault
from app.store.sessions import Session, SignInLink
from app.usecases.arrivals import MAX_WAYS
from app.usecases.customers import CurrentSession, Customers
from app.usecases.identifiers import addresses_of, names_of, openid_value
from app.usecases.identities import add_identifier
from app.usecases.moving import move
from app.usecases.openid_providers import Configured, OpenIDProviders
from app.usecases.way_mails import WayMails
from app.usecases.ways_in import WaysIn
from oauth.link.provider import Registration
from tests.support.clock import SettableClock

ISSUER = "https://milieu.test"
KNOWN = "https://known.example"


class Account:
    """Customers who sign in by mail, and what they do with their ways."""

    def __init__(self, database: Database, vault: Vault, clock: SettableClock) -> None:
        self.database, self.vault, self.clock = database, vault, clock
        self.outbox = Outbox()
        configured = Configured("known", "Known", KNOWN, Registration("us"))
        providers = OpenIDProviders([configured], frozenset(), clock)
        self.customers = Customers(database, vault, clock, self.outbox, ISSUER)
        self.ways = WaysIn(database, vault, clock, providers, WayMails(clock, self.outbox, ISSUER))

    def token(self) -> str:
        found = re.search(rf"{ISSUER}/(?:sign-in|account/addresses)/(\S+)", self.newest)
        assert found
        return found[1]

    @property
    def newest(self) -> str:
        return self.outbox.mails()[0].text

    async def signed_in(self, email: str = "mara@example.org") -> CurrentSession:
        await self.customers.request_sign_in(email, "context")
        signed_in = await self.customers.sign_in(self.token())
        session = await self.customers.session(signed_in.session_secret)
        assert session is not None
        self.clock.advance(seconds=1)
        return session

    async def asks_for(self, session: CurrentSession, email: str) -> str:
        await self.customers.request_address(session.customer_id, email)
        return self.token()

    async def adds_openid(
        self, session: CurrentSession, issuer: str = KNOWN, subject: str = "her subject"
    ) -> None:
        async with self.database.writing() as transaction:
            await add_identifier(
                transaction,
                self.vault,
                session.customer_id,
                IdentifierType.OPENID,
                openid_value(issuer, subject),
                self.clock(),
            )
        self.clock.advance(seconds=1)

    async def names(self, session: CurrentSession) -> list[str]:
        return [way.name for way in await self.ways.list(session.customer_id)]


@pytest.fixture
def account(database: Database, vault: Vault, clock: SettableClock) -> Account:
    return Account(database, vault, clock)


async def test_she_adds_an_address_by_a_link_and_signs_in_by_it(account: Account):
    hers = await account.signed_in()
    token = await account.asks_for(hers, "Work@Example.org")
    assert "in the browser where you asked for it" in account.newest
    assert await account.ways.address_to_add(hers.customer_id, token) == "work@example.org"
    assert await account.names(hers) == ["mara@example.org"]
    await account.ways.add_address(hers.customer_id, token)
    assert await account.names(hers) == ["mara@example.org", "work@example.org"]
    assert (await account.signed_in("work@example.org")).customer_id == hers.customer_id
    assert await account.ways.known_as(hers.customer_id) == "mara@example.org"


async def test_a_link_that_adds_an_address_does_so_for_her_alone_once_and_signs_nobody_in(
    account: Account,
):
    # Mutations tried: `find_open_link` does not compare the customer; `consume_link` not asked.
    hers, theirs = await account.signed_in(), await account.signed_in("mallory@example.org")
    token = await account.asks_for(theirs, "victim@example.org")
    assert await account.ways.address_to_add(hers.customer_id, token) is None
    assert await account.customers.sign_in_link_address(token) is None
    with pytest.raises(Forbidden):
        await account.ways.add_address(hers.customer_id, token)
    with pytest.raises(Forbidden):
        await account.customers.sign_in(token)

    mine = await account.asks_for(hers, "work@example.org")
    results = await asyncio.gather(
        *(account.ways.add_address(hers.customer_id, mine) for _ in range(4)),
        return_exceptions=True,
    )
    assert results.count(None) == 1
    late = await account.asks_for(hers, "late@example.org")
    account.clock.advance(minutes=10)
    with pytest.raises(Forbidden):
        await account.ways.add_address(hers.customer_id, late)


async def test_a_link_that_signs_in_adds_nothing(account: Account):
    hers = await account.signed_in()
    await account.customers.request_sign_in("work@example.org", "context")
    with pytest.raises(Forbidden):
        await account.ways.add_address(hers.customer_id, account.token())


async def test_an_address_that_is_somebody_elses_is_a_conflict_that_tells_nothing(
    account: Account,
):
    hers, theirs = await account.signed_in(), await account.signed_in("jonas@example.org")
    token = await account.asks_for(hers, "jonas@example.org")
    with pytest.raises(Conflict) as refused:
        await account.ways.add_address(hers.customer_id, token)
    assert refused.value.code == "address_taken"
    assert theirs.customer_id not in str(refused.value)
    assert await account.names(hers) == ["mara@example.org"]


async def test_an_address_of_hers_is_not_added_twice(account: Account):
    hers = await account.signed_in()
    await account.ways.add_address(
        hers.customer_id, await account.asks_for(hers, "mara@example.org")
    )
    assert await account.names(hers) == ["mara@example.org"]


async def test_addresses_have_an_end(account: Account):
    hers = await account.signed_in()
    for number in range(MAX_WAYS - 1):
        token = await account.asks_for(hers, f"mara{number}@example.org")
        await account.ways.add_address(hers.customer_id, token)
    token = await account.asks_for(hers, "one.more@example.org")
    with pytest.raises(Conflict) as refused:
        await account.ways.add_address(hers.customer_id, token)
    assert refused.value.code == "ways_enough"


async def test_a_way_that_is_removed_signs_nobody_in_any_more(account: Account):
    hers = await account.signed_in()
    await account.adds_openid(hers)
    elsewhere = await account.signed_in()
    [address, openid] = await account.ways.list(hers.customer_id)
    assert (address.is_email, openid.is_email, openid.name) == (True, False, "Known")
    await account.customers.request_sign_in("mara@example.org", "context")
    open_link = account.token()

    await account.ways.remove(hers, address.id)

    assert await account.names(hers) == ["Known"]
    with pytest.raises(Forbidden):  # the link that was open
        await account.customers.sign_in(open_link)
    async with account.database.reading() as session:
        assert not (await session.exec(select(SignInLink))).all()
    other = await account.signed_in()
    assert other.customer_id != hers.customer_id
    # What the removed way began, here or elsewhere, ends; she goes on where she is.
    assert await _lives(account, hers)
    assert not await _lives(account, elsewhere)


async def test_the_last_way_that_works_stays(account: Account):
    # Mutations tried: `remove` counts ways of providers that are asked no more; asks for nothing.
    hers = await account.signed_in()
    [only] = await account.ways.list(hers.customer_id)
    with pytest.raises(Conflict) as refused:
        await account.ways.remove(hers, only.id)
    assert refused.value.code == "last_way"

    await account.adds_openid(hers, "https://asked.no.more.example")
    gone = (await account.ways.list(hers.customer_id))[1]
    assert (gone.name, gone.works) == ("https://asked.no.more.example", False)
    with pytest.raises(Conflict):
        await account.ways.remove(hers, only.id)
    await account.ways.remove(hers, gone.id)
    assert await account.names(hers) == ["mara@example.org"]


async def test_of_all_that_are_removed_at_once_one_stays(account: Account):
    # Mutation tried: the customer not held (PostgreSQL).
    hers = await account.signed_in()
    for number in range(4):
        await account.adds_openid(hers, subject=f"account {number}")
    ways = await account.ways.list(hers.customer_id)
    results = await asyncio.gather(
        *(account.ways.remove(hers, way.id) for way in ways), return_exceptions=True
    )
    assert [type(result) for result in results if result] == [Conflict]
    assert len(await account.names(hers)) == 1


async def test_nobody_elses_way_can_be_removed(account: Account):
    hers, theirs = await account.signed_in(), await account.signed_in("jonas@example.org")
    await account.adds_openid(hers)
    [way] = await account.ways.list(theirs.customer_id)
    with pytest.raises(NotFound):
        await account.ways.remove(hers, way.id)
    assert await account.names(theirs) == ["jonas@example.org"]


async def _lives(account: Account, session: CurrentSession) -> bool:
    async with account.database.reading() as transaction:
        return await transaction.get(Session, session.session_hash) is not None


async def test_of_two_accounts_that_were_merged_each_keeps_its_ways_until_that_is_final(
    account: Account,
):
    # Mutations tried: `remove` does not ask for merges; it asks for another way of the same side,
    # which whoever was absorbed could add herself.
    hers = await account.signed_in()
    theirs = await account.signed_in("work@example.org")
    await _merged(account, hers, theirs)
    account.clock.advance(seconds=1)
    own, came = await account.ways.list(hers.customer_id)
    assert (own.name, came.name) == ("mara@example.org", "work@example.org")
    await account.adds_openid(hers)
    for way in (own, came):
        with pytest.raises(Conflict) as refused:
            await account.ways.remove(hers, way.id)
        assert refused.value.code == "way_of_merged"
    since = (await account.ways.list(hers.customer_id))[2]
    await account.ways.remove(hers, since.id)
    assert await account.names(hers) == ["mara@example.org", "work@example.org"]


async def test_all_her_addresses_are_told_of_each_way_that_comes_or_goes(account: Account):
    # Mutations tried: `tell` left out of either; the new address, or the one that went, left out.
    hers = await account.signed_in()
    token = await account.asks_for(hers, "work@example.org")
    await account.ways.add_address(hers.customer_id, token)
    both = {"mara@example.org", "work@example.org"}
    told = [mail for mail in account.outbox.mails() if mail.subject.endswith("was added")]
    assert {mail.to for mail in told} == both
    assert all("in one more way now: work@example.org." in mail.text for mail in told)

    own = (await account.ways.list(hers.customer_id))[0]
    await account.ways.remove(hers, own.id)
    told = [mail for mail in account.outbox.mails() if mail.subject.endswith("is gone")]
    assert {mail.to for mail in told} == both
    assert all("by this any more: mara@example.org." in mail.text for mail in told)


async def test_a_mail_that_cannot_be_sent_keeps_no_way_and_no_other_mail_back(
    account: Account, monkeypatch: pytest.MonkeyPatch
):
    hers = await account.signed_in()
    token = await account.asks_for(hers, "work@example.org")
    tried = []

    async def down(mail: Mail) -> None:
        tried.append(mail.to)
        raise Unavailable("The mail server does not answer.")

    monkeypatch.setattr(account.outbox, "send", down)
    await account.ways.add_address(hers.customer_id, token)
    assert tried == ["mara@example.org", "work@example.org"]
    assert await account.names(hers) == tried


async def test_who_has_no_address_is_named_by_where_she_has_an_account(account: Account):
    hers = await account.signed_in()
    await account.adds_openid(hers)
    async with account.database.reading() as session:
        box = await open_box(session, account.vault, hers.customer_id)
        named = await names_of(session, box, hers.customer_id)
        addresses = await addresses_of(session, box, hers.customer_id)
    assert list(named.values()) == ["mara@example.org", "an account at known.example"]
    assert list(addresses.values()) == ["mara@example.org"]


async def _merged(account: Account, hers: CurrentSession, theirs: CurrentSession) -> None:
    """Make what is theirs hers, as a merge that both have confirmed does."""
    now = account.clock()
    async with account.database.writing() as session:
        merge = Merge(
            id=new_id("mrg", now),
            survivor_id=hers.customer_id,
            absorbed_id=theirs.customer_id,
            code_index="of its code",
            offered_at=now,
            expires_at=now,
            merged_at=now,
        )
        session.add(merge)
        await session.flush()
        moved = await move(session, account.vault, theirs.customer_id, hers.customer_id)
        await note_came_over(session, merge.id, moved)
