"""SIGKILL in the middle of merges (check 71): each is done whole, or not at all.

Mutation tried: `confirm` in two transactions, the second one moving what moves.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from app.clock import system_clock
from app.store.customers import Customer, Identifier
from app.store.merges import Merge
from tests.flows.test_crash_consent import Service
from tests.support.household import Household, household
from tests.support.person import Person
from tests.support.servers import Process
from tests.support.threads import in_thread

PAIRS = 6
KILL_AFTER = 2


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Service:
    return Service(database_url, tmp_path)


@pytest.fixture
def process(service: Service) -> Iterator[Process]:
    running = service.start()
    yield running
    running.close()


@pytest.fixture
def pairs(service: Service, process: Process) -> Iterator[list[tuple[Person, Person]]]:
    people = [Person(service.url) for _ in range(2 * PAIRS)]
    for number, person in enumerate(people):
        person.sign_in(f"person{number}@example.org")
    yield list(zip(people[::2], people[1::2], strict=True))
    for person in people:
        person.http.close()


def agree(one: Person, other: Person) -> None:
    one.submit(one.get("/account"), "/account/merge/offer")
    code = one.get("/account/merge").text.partition("Your code")[2].split()[0]
    other.submit(other.get("/account"), "/account/merge/claim", code=code)
    other.submit(other.get("/account/merge"), "/account/merge/accept")


def test_merges(service: Service, process: Process, pairs: list[tuple[Person, Person]]):
    pages = []
    for one, other in pairs:
        agree(one, other)
        pages.append(one.get("/account/merge"))
    acknowledged = []

    def confirm(number: int) -> None:
        try:
            answer = pairs[number][0].submit(pages[number], "/account/merge/confirm")
        except httpx.TransportError:
            return
        assert answer.headers["location"].endswith("done=merged"), answer.text
        acknowledged.append(number)
        if len(acknowledged) == KILL_AFTER:
            process.kill()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(confirm, range(PAIRS)))
    assert KILL_AFTER <= len(acknowledged) < PAIRS
    merged = in_thread(asyncio.run, look(service))
    assert len(acknowledged) <= merged <= len(acknowledged) + 2


async def look(service: Service) -> int:
    """Check that each merge is whole or not there; return how many there are."""
    house = household(service.database_url, system_clock, issuer=service.url)
    try:
        async with house.database.reading() as session:
            merges = (await session.exec(select(Merge))).all()
        for merge in merges:
            await is_whole(house, merge)
    finally:
        await house.runtime.close()
    return sum(merge.merged_at is not None for merge in merges)


async def is_whole(house: Household, merge: Merge) -> None:
    is_merged = merge.merged_at is not None
    async with house.database.reading() as session:
        shell = await session.get_one(Customer, merge.absorbed_id)
        owners = [
            (await session.exec(select(Identifier).where(Identifier.customer_id == each))).all()
            for each in (merge.survivor_id, merge.absorbed_id)
        ]
    assert (shell.disabled_at is not None) is is_merged
    assert [len(rows) for rows in owners] == ([2, 0] if is_merged else [1, 1])
    assert await house.opens_all(merge.survivor_id)
    assert await house.opens_all(merge.absorbed_id)
