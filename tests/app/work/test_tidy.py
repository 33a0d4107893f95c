"""Tidying up: what has expired goes, what may still be needed stays."""

from datetime import timedelta

from sqlmodel import func, select

from app.store.connections import Connection, LinkAttempt
from app.store.customers import Customer
from app.store.provider_apps import ProviderApp
from app.store.sessions import Session
from app.work.tidy import Tidy


async def count(database):
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(Session))).one()


async def test_expired_rows_are_deleted_a_day_after_they_expired(database, clock):
    async with database.writing() as session:
        session.add(Customer(id="cus_1", created_at=clock()))
        await session.flush()
        for number, hours in enumerate((-25, -23, 1)):
            session.add(
                Session(
                    id_hash=f"hash {number}",
                    customer_id="cus_1",
                    signed_in_at=clock(),
                    expires_at=clock() + timedelta(hours=hours),
                )
            )
    tidy = Tidy(database, clock)
    assert await tidy.now() == 1
    assert await count(database) == 2


async def test_an_instance_that_nobody_links_is_forgotten_after_a_day(database, clock):
    def app(name, hours):
        return ProviderApp(
            provider="mastodon",
            instance=f"https://{name}.example",
            app_client_id=name,
            redirect_uri="https://milieu.test/callback",
            sealed_secret=b"sealed",
            registered_at=clock() - timedelta(hours=hours),
        )

    async with database.writing() as session:
        session.add(Customer(id="cus_1", created_at=clock()))
        await session.flush()
        session.add_all([app("linked", 99), app("begun", 99), app("left", 25), app("new", 23)])
        session.add(
            Connection(
                id="con_1",
                customer_id="cus_1",
                provider="mastodon",
                instance="https://linked.example",
                account_index="index",
                sealed_account=b"sealed",
                sealed_tokens=b"sealed",
                created_at=clock(),
            )
        )
        session.add(
            LinkAttempt(
                state_hash="hash",
                customer_id="cus_1",
                session_hash="browser",
                provider="mastodon",
                instance="https://begun.example",
                sealed_verifier=b"sealed",
                expires_at=clock() + timedelta(minutes=1),
            )
        )
    assert await Tidy(database, clock).now() == 1
    async with database.reading() as session:
        kept = set((await session.exec(select(ProviderApp.app_client_id))).all())
    assert kept == {"linked", "begun", "new"}


async def test_it_is_done_once_an_hour(database, clock):
    tidy = Tidy(database, clock)
    done = []
    tidy._database = Counting(database, done)
    for minutes in (0, 30, 29, 2):
        clock.advance(minutes=minutes)
        await tidy.if_due()
    assert len(done) == 2


class Counting:
    def __init__(self, database, done):
        self._database, self._done = database, done

    def writing(self):
        self._done.append(1)
        return self._database.writing()
