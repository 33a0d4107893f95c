"""Protocol logic over driver statements: one transaction each, whoever else commits with it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.errors import DatabaseDown
from app.ids import new_id
from app.store.clients import Client, disable_client
from app.store.engine import Database
from app.store.migrate import upgrade_async
from app.store.transactions import transactions_of
from oauth.server.stores import PushedRecord, Standing, TokenKind, TokenRecord
from tests.support.clock import START


class Refused(Exception):
    """A mistake in the middle of a transaction."""


@pytest.fixture
async def client_id(database):
    return await added_client(database)


async def added_client(database):
    client = Client(
        id=new_id("cli", START), name="Northwind", uri="https://northwind.example",
        redirect_uris=["https://northwind.example/cb"], purposes=["dpv:CustomerCare"],
        sections=["topics"], created_at=START,
    )  # fmt: skip
    async with database.writing() as session:
        session.add(client)
    return client.id


def token_of(client_id, name):
    return TokenRecord(
        name, TokenKind.ACCESS, client_id, None, name, "context:lookup", START,
        START + timedelta(minutes=10), audience=("https://crm.example", "https://desk.example"),
    )  # fmt: skip


async def test_a_token_comes_back_as_it_was_kept(database, client_id):
    transactions = transactions_of(database)
    token = token_of(client_id, "one")
    await transactions.writing(lambda stores: stores.add_token(token))
    assert await transactions.reading(lambda stores: stores.token("one", START)) == Standing(
        token, None
    )
    assert await transactions.writing(lambda stores: stores.hold_token("one")) == token
    assert await transactions.reading(lambda stores: stores.token("two", START)) is None


async def test_a_failure_costs_what_it_wrote_itself_and_nothing_of_the_others(database, client_id):
    """Twenty at once share commits; every third fails after it has written."""
    transactions = transactions_of(database)

    def keep(stores, number):
        stores.add_token(token_of(client_id, f"token {number}"))
        if number % 3 == 0:
            stores.revoke_token(f"token {number}", START)
            raise Refused

    outcomes = await asyncio.gather(
        *(transactions.writing(lambda stores, n=n: keep(stores, n)) for n in range(20)),
        return_exceptions=True,
    )
    failed = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Refused)]
    assert failed == list(range(0, 20, 3))
    for number in range(20):
        found = await transactions.reading(lambda stores, n=number: stores.hold_token(f"token {n}"))
        assert (found is None) is (number % 3 == 0)


async def test_what_may_be_used_once_is_used_once_by_many_at_a_time(database, client_id):
    transactions = transactions_of(database)
    later = START + timedelta(minutes=1)
    pushed = PushedRecord("uri", client_id, b"\x00sealed\xff", later)
    await transactions.writing(lambda stores: stores.add_pushed(pushed))
    taken = await asyncio.gather(
        *(transactions.writing(lambda stores: stores.take_pushed("uri")) for _ in range(8))
    )
    assert [one for one in taken if one is not None] == [pushed]
    first = await asyncio.gather(
        *(transactions.writing(lambda stores: stores.is_first_use("jti", later)) for _ in range(8))
    )
    assert sum(first) == 1


async def test_a_client_that_is_disabled_is_not_found_from_the_next_statement_on(
    database, client_id
):
    transactions = transactions_of(database)
    found = await transactions.reading(lambda stores: stores.client(client_id))
    assert (found.id, found.sections, found.lens) == (client_id, ("topics",), {})
    async with database.writing() as session:
        await disable_client(session, client_id, START)
    assert await transactions.reading(lambda stores: stores.client(client_id)) is None


@pytest.mark.parametrize("name", ["one", "two", "nobody's"])
@pytest.mark.parametrize("presented", ["one's client", "cli_nobody"])
async def test_one_look_finds_what_two_find(database, client_id, name, presented):
    # Mutation tried: the token of any client.
    transactions = transactions_of(database)
    asked = client_id if presented == "one's client" else presented
    other_id = await added_client(database)
    for token in (token_of(client_id, "one"), token_of(other_id, "two")):
        await transactions.writing(lambda stores, token=token: stores.add_token(token))

    def look(stores):
        client, found = stores.client(asked), stores.token(name, START)
        is_its = client is not None and found is not None and found.token.client_id == client.id
        return (client, found if is_its else None), stores.client_and_token(asked, name, START)

    two_looks, one_look = await transactions.reading(look)
    assert one_look == two_looks
    assert (one_look[1] is not None) == (name == "one" and asked == client_id)


async def test_a_migration_under_a_running_service_goes_unnoticed(request):
    """PostgreSQL refuses a prepared statement whose columns have changed since."""
    with request.getfixturevalue("postgres").empty_database() as url:
        await upgrade_async(url)
        database = Database(url)
        transactions = transactions_of(database)
        client = await added_client(database)
        assert await transactions.reading(lambda stores: stores.client(client))
        async with database.writing() as session:
            await session.exec(text("ALTER TABLE clients ALTER COLUMN secret_hash TYPE text"))
            await session.exec(text("ALTER TABLE clients ALTER COLUMN profile TYPE varchar(99)"))
        found = await transactions.reading(lambda stores: stores.client(client))
        assert found.id == client
        await database.close()


async def test_sessions_and_drivers_take_turns(database, client_id):
    """Neither waits in the database for the other, nor sees half of what the other does."""
    transactions = transactions_of(database)

    async def in_a_session(number):
        async with database.writing() as session:
            client = await session.get(Client, client_id)
            client.name = f"Northwind {number}"
            session.add(client)

    await asyncio.gather(
        *(in_a_session(number) for number in range(5)),
        *(
            transactions.writing(lambda stores, n=n: stores.add_token(token_of(client_id, f"{n}")))
            for n in range(5)
        ),
    )
    for number in range(5):
        kept = await transactions.reading(lambda stores, n=number: stores.hold_token(f"{n}"))
        assert kept is not None


async def test_a_commit_of_the_writer_reaches_the_disk(database):
    if database.is_sqlite:
        connection = database.connect_sqlite()
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()
    else:
        connection = (await transactions_of(database)._session()).connection
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
        await connection.close()


class Stopped(BaseException):
    """What stops a task from outside, such as the interpreter's own end."""


@pytest.mark.parametrize("kind", [StopIteration, Stopped])
async def test_whatever_ends_a_job_it_is_answered_and_costs_nobody_elses_work(
    database, client_id, kind
):
    # Mutations tried: PostgreSQL's connection goes back to the others; `StopIteration` as it is.
    transactions = transactions_of(database)

    def ends(stores):
        stores.add_token(token_of(client_id, "lost"))
        stores.revoke_token("lost", START)
        raise kind

    outcomes = await asyncio.gather(
        transactions.writing(lambda stores: stores.add_token(token_of(client_id, "before"))),
        transactions.writing(ends),
        transactions.writing(lambda stores: stores.add_token(token_of(client_id, "after"))),
        return_exceptions=True,
    )
    assert [isinstance(outcome, BaseException) for outcome in outcomes] == [False, True, False]
    await transactions.writing(lambda stores: stores.add_token(token_of(client_id, "later")))
    await transactions.close()
    elsewhere = transactions_of(database)
    for name in ("before", "lost", "after", "later"):
        found = await elsewhere.reading(lambda stores, name=name: stores.hold_token(name))
        assert (found is None) is (name == "lost"), name


async def test_what_waits_when_all_is_closed_is_done_and_nothing_begins_afterwards(
    database, client_id
):
    # Mutation tried: `close` does not wait for the jobs of SQLite.
    transactions = transactions_of(database)
    keep = transactions.writing(lambda stores: stores.add_token(token_of(client_id, "last")))
    waiting = asyncio.create_task(keep)
    await asyncio.sleep(0)
    await transactions.close()
    await waiting
    with pytest.raises(DatabaseDown):
        await transactions.writing(lambda stores: stores.hold_token("last"))
    elsewhere = transactions_of(database)
    assert await elsewhere.reading(lambda stores: stores.hold_token("last")) is not None


async def test_a_table_that_is_gone_is_told_as_a_database_that_does_not_answer(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    transactions = transactions_of(database)
    for run in (transactions.reading, transactions.writing):
        with pytest.raises(DatabaseDown):
            await run(lambda stores: stores.client("cli_x"))
    await database.close()


async def test_what_the_address_says_besides_holds_for_both_drivers(request):
    # Mutation tried: the address handed to asyncpg as it is.
    with request.getfixturevalue("postgres").empty_database() as url:
        await upgrade_async(url)
        joint = "&" if "?" in url else "?"
        database = Database(f"{url}{joint}command_timeout=30&prepared_statement_cache_size=0")
        client = await added_client(database)
        found = await transactions_of(database).reading(lambda stores: stores.client(client))
        assert found.id == client
        await database.close()
