"""Refreshing at several numbers at once, the analysis by itself, and memory over many refreshes."""

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.connectors.mastodon.profile import profile
from app.connectors.mastodon.statuses import her_post, network_post
from benchmarks.linking.people import PEOPLE, account, her_statuses, home_statuses
from benchmarks.linking.service import NOW, Service, instance, service
from context.analyse import analyse
from context.engines import Engine
from context.post import Window

STATM = Path("/proc/self/statm")
PAGE_BYTES = 4096
REMEMBERED_AFTER = 100
"""Refreshes after which memory is first looked at: by then all that is loaded once is loaded."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What refreshing costs with so many at the same time.

    Args:
        engine: What reads posts.
        at_once: Refreshes at the same time.
        per_s: Connections refreshed in a second.
        per_core_s: Connections refreshed in a second that a core computes.
        refresh_cpu_ms: Milliseconds that a refresh computes.
        analysis_cpu_ms: Those of the analysis of the same windows, by itself, in the same run.
    """

    engine: str
    at_once: int
    per_s: float
    per_core_s: float
    refresh_cpu_ms: float
    analysis_cpu_ms: float

    @property
    def ratio(self) -> float:
        """What a refresh computes, in analyses."""
        return self.refresh_cpu_ms / self.analysis_cpu_ms


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory after so many refreshes."""

    refreshes: int
    mib: float


def windows() -> list[Window]:
    """Read every made-up window as the connector does."""
    return [
        Window(
            posts=[
                post
                for one in her_statuses(person, NOW)
                if (post := her_post(one, followers_only=False))
            ],
            network=[
                post
                for one in home_statuses(person, NOW)
                if (post := network_post(one, account(person)["id"]))
            ],
            account=profile(account(person)),
        )
        for person in range(PEOPLE)
    ]


def analysis_cpu_ms(engine: Engine, times: int) -> float:
    """Return the milliseconds that the analysis of a window computes.

    Args:
        engine: Reads posts.
        times: Over how many windows, in turn.
    """
    made = windows()
    for window in made[:2]:
        analyse(window, None, engine, NOW)
    past = [analyse(window, None, engine, NOW) for window in made]
    started = time.process_time()
    for number in range(times):
        analyse(made[number % PEOPLE], past[number % PEOPLE], engine, NOW)
    return (time.process_time() - started) / times * 1000


async def throughput(
    folder: Path, engine: Engine, at_once: Sequence[int], refreshes: int, latency_ms: float
) -> list[Throughput]:
    """Measure an engine at each number at the same time."""
    with instance(latency_ms) as address:
        async with service(folder, address, engine, max(PEOPLE, *at_once)) as running:
            await running.run(PEOPLE, max(at_once))
            alone = analysis_cpu_ms(engine, refreshes)
            return [await _at(running, engine, number, refreshes, alone) for number in at_once]


async def _at(
    running: Service, engine: Engine, at_once: int, refreshes: int, alone: float
) -> Throughput:
    wall, cpu = time.perf_counter(), time.process_time()
    await running.run(refreshes, at_once)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Throughput(
        engine.name, at_once, refreshes / wall, refreshes / cpu, cpu / refreshes * 1000, alone
    )


async def memory(folder: Path, engine: Engine, refreshes: int, at_once: int) -> list[Memory]:
    """Look at resident memory after 100 refreshes and at ten moments until the last.

    Args:
        folder: For the database.
        engine: Reads posts.
        refreshes: How many in all.
        at_once: At the same time.
    """
    found = []
    with instance(latency_ms=0) as address:
        async with service(folder, address, engine, REMEMBERED_AFTER) as running:
            before = 0
            for moment in moments(refreshes):
                await running.run(moment - before, at_once)
                gc.collect()
                found.append(Memory(moment, resident_mib()))
                before = moment
    return found


def moments(refreshes: int) -> Iterator[int]:
    """Return after how many refreshes memory is looked at: the first hundred, then each tenth."""
    first = min(REMEMBERED_AFTER, refreshes)
    yield first
    step = max(refreshes // 10, 1)
    yield from (moment for moment in range(step, refreshes + 1, step) if moment > first)


def resident_mib() -> float:
    """Return this process's resident memory, as Linux counts it (proc(5), /proc/PID/statm)."""
    return int(STATM.read_text("ascii").split()[1]) * PAGE_BYTES / 2**20
