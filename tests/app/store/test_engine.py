"""What was acknowledged is on disk, and two writers do not tread on each other."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from app.ids import new_id
from app.store.customers import Customer, bump_context_version
from app.store.engine import Database, driver_url
from app.store.migrate import upgrade
from tests.support.clock import SettableClock


async def test_durability_is_asked_of_the_database_on_every_connection(database: Database):
    async def settings() -> list[object]:
        async with database.writing() as session:
            if database.is_sqlite:
                names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
                return [
                    (await (await session.connection()).execute(text(f"PRAGMA {name}"))).scalar()
                    for name in names
                ]
            return [
                (
                    await (await session.connection()).execute(text("SHOW synchronous_commit"))
                ).scalar()
            ]

    expected = ["wal", 2, 1, 1] if database.is_sqlite else ["on"]
    for found in await asyncio.gather(*(settings() for _ in range(4))):
        assert found == expected


async def test_writers_at_once_all_succeed_and_lose_nothing(
    database: Database, clock: SettableClock
):
    customer = Customer(id=new_id("cus", clock()), created_at=clock())
    async with database.writing() as session:
        session.add(customer)

    async def bump() -> None:
        async with database.writing() as session:
            await bump_context_version(session, customer.id)

    await asyncio.gather(*(bump() for _ in range(20)))
    async with database.reading() as session:
        assert (await session.get_one(Customer, customer.id)).context_version == 20


async def test_an_error_rolls_everything_back(database: Database, clock: SettableClock):
    async def fail() -> None:
        async with database.writing() as session:
            session.add(Customer(id="cus_half", created_at=clock()))
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.reading() as session:
        assert await session.get(Customer, "cus_half") is None


async def test_a_reader_does_not_wait_for_a_writer(database: Database, clock: SettableClock):
    async with database.writing() as writer:
        writer.add(Customer(id="cus_new", created_at=clock()))
        await writer.flush()
        async with asyncio.timeout(5), database.reading() as reader:
            assert await reader.get(Customer, "cus_new") is None


async def test_moments_come_back_aware_and_naive_ones_are_refused(
    database: Database, clock: SettableClock
):
    async with database.writing() as session:
        session.add(Customer(id="cus_1", created_at=clock()))
    async with database.reading() as session:
        assert (await session.get_one(Customer, "cus_1")).created_at == clock()
    with pytest.raises(StatementError, match="time zone"):
        async with database.writing() as session:
            session.add(Customer(id="cus_2", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the mistake itself


def test_another_database_is_refused():
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        driver_url("mysql://localhost/x")


def test_the_file_and_its_folder_are_for_our_eyes_only(tmp_path: Path):
    path = tmp_path / "data" / "milieu.db"
    upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
