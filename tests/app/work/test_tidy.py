"""Tidying up: what has expired goes, what may still be needed stays."""

from datetime import timedelta

from sqlmodel import func, select

from app.store.customers import Customer
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
