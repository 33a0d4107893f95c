"""Signing in by link, sessions, and erasing everything."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app.errors import Forbidden, Invalid, NotFound, Unavailable
from app.mail import Mail, Outbox
from app.store.customers import Customer, DataKey, Identifier
from app.store.engine import Database
from app.store.secrets import Vault
from app.store.sessions import Session, SignInLink
from app.usecases.customers import Customers
from app.usecases.identifiers import normal_email
from app.usecases.sign_in_links import LINKS_PER_LIFETIME
from tests.support.clock import SettableClock

ISSUER = "https://milieu.test"


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def customers(database: Database, vault: Vault, clock: SettableClock, outbox: Outbox) -> Customers:
    return Customers(database, vault, clock, outbox, ISSUER)


def token_in(outbox: Outbox) -> str:
    found = re.search(rf"{ISSUER}/sign-in/(\S+)", outbox.mails()[0].text)
    assert found
    return found[1]


async def sign_in(customers: Customers, outbox: Outbox, email: str = "mara@example.org"):
    await customers.request_sign_in(email, "context")
    return await customers.sign_in(token_in(outbox))


async def test_a_link_signs_a_new_customer_in_and_the_next_link_finds_her_again(
    customers: Customers, outbox: Outbox
):
    first = await sign_in(customers, outbox, "Mara@Example.org ")
    second = await sign_in(customers, outbox, "mara@example.org")

    assert first.customer_id == second.customer_id
    assert first.session_secret != second.session_secret
    assert await customers.emails(first.customer_id) == ["mara@example.org"]
    session = await customers.session(first.session_secret)
    assert session is not None
    assert session.customer_id == first.customer_id


async def test_a_link_works_once_even_when_two_tabs_use_it_at_the_same_time(
    customers: Customers, outbox: Outbox
):
    await customers.request_sign_in("mara@example.org", "context")
    token = token_in(outbox)
    results = await asyncio.gather(
        *(customers.sign_in(token) for _ in range(5)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert sum(isinstance(result, Forbidden) for result in results) == 4
    assert not await customers.sign_in_link_address(token)


async def test_two_links_to_a_new_address_used_at_once_make_one_customer(
    customers: Customers, outbox: Outbox, database: Database
):
    tokens = []
    for _ in range(4):
        await customers.request_sign_in("mara@example.org", "context")
        tokens.append(token_in(outbox))
    signed_in = await asyncio.gather(*(customers.sign_in(token) for token in tokens))
    assert len({one.customer_id for one in signed_in}) == 1
    async with database.reading() as session:
        assert len((await session.exec(select(Customer))).all()) == 1


async def test_looking_at_a_link_does_not_use_it_up(customers: Customers, outbox: Outbox):
    await customers.request_sign_in("mara@example.org", "grants")
    token = token_in(outbox)
    assert await customers.sign_in_link_address(token) == "mara@example.org"
    assert await customers.sign_in_link_address(token) == "mara@example.org"
    assert (await customers.sign_in(token)).return_to == "grants"


async def test_a_link_is_too_old_after_ten_minutes(
    customers: Customers, outbox: Outbox, clock: SettableClock
):
    await customers.request_sign_in("mara@example.org", "context")
    clock.advance(minutes=10)
    assert not await customers.sign_in_link_address(token_in(outbox))
    with pytest.raises(Forbidden):
        await customers.sign_in(token_in(outbox))


async def test_one_address_gets_only_so_many_links_and_nothing_tells_that(
    customers: Customers, outbox: Outbox, clock: SettableClock
):
    for _ in range(LINKS_PER_LIFETIME + 3):
        await customers.request_sign_in("mara@example.org", "context")
    assert len(outbox.mails()) == LINKS_PER_LIFETIME
    clock.advance(minutes=11)
    await customers.request_sign_in("mara@example.org", "context")
    assert len(outbox.mails()) == LINKS_PER_LIFETIME + 1


async def test_a_session_ends_by_signing_out_everywhere_by_age_and_when_she_is_disabled(
    customers: Customers, outbox: Outbox, clock: SettableClock, database: Database
):
    one = await sign_in(customers, outbox)
    two = await sign_in(customers, outbox)
    await customers.sign_out(one.session_secret)
    assert await customers.session(one.session_secret) is None
    assert await customers.session(two.session_secret) is not None
    await customers.sign_out_everywhere(two.customer_id)
    assert await customers.session(two.session_secret) is None

    three = await sign_in(customers, outbox)
    clock.advance(days=15)
    assert await customers.session(three.session_secret) is None

    four = await sign_in(customers, outbox)
    async with database.writing() as session:
        customer = await session.get_one(Customer, four.customer_id)
        customer.disabled_at = clock()
    assert await customers.session(four.session_secret) is None
    await customers.request_sign_in("mara@example.org", "context")
    with pytest.raises(Forbidden):
        await customers.sign_in(token_in(outbox))


async def test_neither_the_address_nor_a_secret_is_kept_in_clear(
    customers: Customers, outbox: Outbox, database: Database
):
    signed_in = await sign_in(customers, outbox)
    token = token_in(outbox)
    async with database.reading() as session:
        rows = [
            *(await session.exec(select(Identifier))).all(),
            *(await session.exec(select(SignInLink))).all(),
            *(await session.exec(select(Session))).all(),
        ]
    kept = repr([row.model_dump() for row in rows])
    for secret in ("mara", "example.org", token, signed_in.session_secret):
        assert secret not in kept


async def test_erasing_leaves_no_row_of_hers_and_no_way_back(
    customers: Customers, outbox: Outbox, database: Database
):
    hers = await sign_in(customers, outbox)
    other = await sign_in(customers, outbox, "jonas@example.org")
    await customers.erase(hers.customer_id)

    async with database.reading() as session:
        assert await session.get(DataKey, hers.customer_id) is None
        assert [row.id for row in (await session.exec(select(Customer))).all()] == [
            other.customer_id
        ]
        assert {row.customer_id for row in (await session.exec(select(Identifier))).all()} == {
            other.customer_id
        }
    assert await customers.session(hers.session_secret) is None
    with pytest.raises(NotFound):
        await customers.erase(hers.customer_id)
    again = await sign_in(customers, outbox)
    assert again.customer_id != hers.customer_id


@pytest.mark.parametrize(
    "text", ["", "mara", "@example.org", "mara@", "a@b@c", "a b@c.d", "a@b\n.c", "x" * 251 + "@b.c"]
)
def test_what_cannot_be_an_address_is_refused(text: str):
    with pytest.raises(Invalid) as caught:
        normal_email(text)
    assert caught.value.code == "invalid_email"


def test_addresses_are_compared_without_case_and_blanks():
    assert normal_email("  Mara.K@Example.ORG\n") == "mara.k@example.org"


async def test_a_link_lives_for_the_ten_minutes_it_speaks_of(
    customers: Customers, outbox: Outbox, clock: SettableClock
):
    await customers.request_sign_in("mara@example.org", "context")
    assert "ten minutes" in outbox.mails()[0].text
    clock.advance(seconds=timedelta(minutes=10).total_seconds() - 1)
    assert await customers.sign_in_link_address(token_in(outbox))


async def test_a_link_that_could_not_be_sent_does_not_count(
    database: Database, vault: Vault, clock: SettableClock, outbox: Outbox
):
    class Down:
        async def send(self, _mail: Mail) -> None:
            raise Unavailable("The mail could not be sent.")

    broken = Customers(database, vault, clock, Down(), ISSUER)
    for _ in range(LINKS_PER_LIFETIME):
        with pytest.raises(Unavailable):
            await broken.request_sign_in("mara@example.org", "context")
    working = Customers(database, vault, clock, outbox, ISSUER)
    await working.request_sign_in("mara@example.org", "context")
    assert len(outbox.mails()) == 1


async def test_erasing_takes_open_links_along(
    customers: Customers, outbox: Outbox, database: Database
):
    hers = await sign_in(customers, outbox)
    await customers.request_sign_in("mara@example.org", "context")
    open_link = token_in(outbox)
    await customers.erase(hers.customer_id)
    assert not await customers.sign_in_link_address(open_link)
    async with database.reading() as session:
        assert not (await session.exec(select(SignInLink))).all()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_erased_key_material_is_in_no_file_of_sqlite(
    customers: Customers, outbox: Outbox, database: Database
):
    hers = await sign_in(customers, outbox)
    async with database.reading() as session:
        wrapped = (await session.get_one(DataKey, hers.customer_id)).wrapped
    path = Path(str(database.url.database))

    def files_with_it() -> list[str]:
        return [
            file.name for file in path.parent.glob("milieu.db*") if wrapped in file.read_bytes()
        ]

    assert files_with_it()
    await customers.erase(hers.customer_id)
    assert files_with_it() == []
