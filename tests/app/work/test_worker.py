"""The worker: everything due is done, once, until it is told to stop."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app.work.worker import Worker

SOON = timedelta(milliseconds=5)


class Refreshes:
    """What a worker sees of the use case: ids that are due until they are refreshed."""

    def __init__(self, *due: str) -> None:
        self.waiting = list(due)
        self.stuck: set[str] = set()
        self.begun: list[str] = []
        self.done: list[str] = []
        self.at_once = self.most_at_once = 0
        self.engine_followed = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def follow_engine(self):
        self.engine_followed += 1

    async def due(self, limit):
        return self.waiting[:limit]

    async def settle(self):
        self.settled_with = self.at_once

    async def refresh(self, connection_id):
        self.begun.append(connection_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            await self.gate.wait()
            if connection_id.startswith("broken"):
                raise ValueError("her words")
            self.done.append(connection_id)
        finally:
            self.at_once -= 1
            if connection_id not in self.stuck:
                self.waiting.remove(connection_id)
        return "active"


class Tidies:
    def __init__(self, failures=0):
        self.times, self.failures = 0, failures

    async def if_due(self):
        self.times += 1
        if self.times <= self.failures:
            raise OperationalError("SELECT", {}, Exception("the database restarts"))


def worker(refreshes, due=None, **options):
    options = {"at_once": 2, "poll": SOON, "tidy": Tidies()} | options
    return Worker(refreshes, (options.pop("tidy"),), due or asyncio.Event(), **options)


async def until(condition):
    while not condition():  # noqa: ASYNC110 - what is waited for is the worker's, without an event
        await asyncio.sleep(0)


@pytest.fixture
async def running():
    """Run a worker in the background; it is stopped at the end."""
    stop, tasks = asyncio.Event(), []

    def run(one):
        tasks.append(asyncio.create_task(one.run(stop)))
        return stop, tasks[-1]

    yield run
    stop.set()
    await asyncio.gather(*tasks)


async def test_once_does_all_that_is_due_a_few_at_a_time():
    refreshes = Refreshes(*(f"con_{number}" for number in range(7)))
    assert await worker(refreshes).run_once() == 7
    assert sorted(refreshes.done) == sorted(refreshes.begun)
    assert refreshes.most_at_once == 2


async def test_one_that_breaks_stops_nobody_and_is_not_quoted(caplog):
    refreshes = Refreshes("broken", "con_1")
    assert await worker(refreshes).run_once() == 2
    assert refreshes.done == ["con_1"]
    assert "ValueError" in caplog.text
    assert "her words" not in caplog.text


async def test_it_works_until_it_is_told_to_stop(running):
    refreshes = Refreshes("con_1")
    running(worker(refreshes))
    await until(lambda: refreshes.done == ["con_1"])
    refreshes.waiting.append("con_2")
    await until(lambda: refreshes.done == ["con_1", "con_2"])


async def test_what_becomes_due_wakes_it_at_once(running):
    refreshes, due = Refreshes(), asyncio.Event()
    running(worker(refreshes, due, poll=timedelta(hours=1)))
    await asyncio.sleep(0)
    refreshes.waiting.append("con_1")
    due.set()
    await until(lambda: refreshes.done == ["con_1"])


async def test_a_slow_one_does_not_hold_up_the_others_nor_is_it_begun_twice(running):
    refreshes = Refreshes("con_slow")
    refreshes.gate.clear()
    running(worker(refreshes, at_once=3))
    await until(lambda: refreshes.begun == ["con_slow"])
    refreshes.waiting.append("con_2")
    await until(lambda: refreshes.begun == ["con_slow", "con_2"])
    refreshes.gate.set()
    await until(lambda: len(refreshes.done) == 2)
    assert refreshes.begun == ["con_slow", "con_2"]


async def test_no_more_than_its_share_is_in_hand(running):
    refreshes = Refreshes("con_1", "con_2", "con_3")
    refreshes.gate.clear()
    tidy = Tidies()
    running(worker(refreshes, tidy=tidy))
    await until(lambda: tidy.times >= 3)
    assert refreshes.begun == ["con_1", "con_2"]
    refreshes.gate.set()
    await until(lambda: len(refreshes.done) == 3)


async def test_told_to_stop_it_finishes_what_is_in_hand(running):
    refreshes = Refreshes("con_1")
    refreshes.gate.clear()
    stop, task = running(worker(refreshes, grace=timedelta(minutes=1)))
    await until(lambda: refreshes.begun)
    stop.set()
    refreshes.waiting.append("con_2")
    await asyncio.sleep(0)
    refreshes.gate.set()
    await task
    assert refreshes.done == ["con_1"]


async def test_what_takes_longer_than_the_grace_is_cut_off(running):
    refreshes = Refreshes("con_1")
    refreshes.gate.clear()
    stop, task = running(worker(refreshes, grace=SOON))
    await until(lambda: refreshes.begun)
    stop.set()
    await task
    assert refreshes.done == []
    assert refreshes.at_once == 0
    # What must not be cut off is waited for last, when nobody begins anything any more.
    assert refreshes.settled_with == 0


async def test_a_database_that_restarts_is_waited_for(running, caplog):
    refreshes = Refreshes("con_1")
    running(worker(refreshes, tidy=Tidies(failures=2)))
    await until(lambda: refreshes.done == ["con_1"])
    assert "the database does not answer" in caplog.text


async def test_a_chore_that_breaks_does_not_end_it_and_is_not_quoted(running, caplog):
    # Mutation tried: errors of the database caught alone.
    class Breaks:
        times = 0

        async def if_due(self):
            self.times += 1
            if self.times == 1:
                raise ValueError("her words")

    refreshes = Refreshes("con_1")
    stop, task = running(worker(refreshes, tidy=Breaks()))
    await until(lambda: refreshes.done == ["con_1"] or task.done())
    stop.set()
    await task
    assert refreshes.done == ["con_1"]
    assert "ValueError" in caplog.text
    assert "her words" not in caplog.text


async def test_one_that_breaks_and_stays_due_is_tried_once_and_hides_nobody():
    refreshes = Refreshes("broken_1", "broken_2", "con_1", "con_2", "con_3")
    refreshes.stuck = {"broken_1", "broken_2"}
    assert await asyncio.wait_for(worker(refreshes).run_once(), 5) == 5
    assert sorted(refreshes.begun) == ["broken_1", "broken_2", "con_1", "con_2", "con_3"]


async def test_one_that_broke_is_tried_again_after_a_while(running):
    refreshes = Refreshes("broken")
    refreshes.stuck = {"broken"}
    running(worker(refreshes, floor=SOON))
    await until(lambda: len(refreshes.begun) == 3)


async def test_one_that_keeps_breaking_is_not_tried_at_every_turn(running):
    refreshes, tidy = Refreshes("broken"), Tidies()
    refreshes.stuck = {"broken"}
    running(worker(refreshes, tidy=tidy))
    await until(lambda: tidy.times >= 5)
    assert refreshes.begun == ["broken"]


async def test_what_another_engine_read_is_looked_for_once_per_start(running):
    # Mutation tried: looking at every turn, with which two workers of different engines never rest.
    refreshes = Refreshes()
    tidy = Tidies()
    running(worker(refreshes, tidy=tidy))
    await until(lambda: tidy.times > 2)
    assert refreshes.engine_followed == 1
