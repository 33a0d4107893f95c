"""Loading each server in turn, and counting what it computes meanwhile."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.oauth.contenders import Contender
from benchmarks.oauth.load import Job
from benchmarks.oauth.processes import cpu_s

GRANTS = 64
"""Grants that take turns; a multiple of the connections, few enough for the peer to remember."""

FIRST_WARM_UP, FIRST_WARM_UP_S = 6_000, 15.0
"""So many requests, or so long: Node compiles what is hot, and its first requests cost ten times
as much as those after some thousands."""

WARM_UP, WARM_UP_S = 200, 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    Args:
        cases: Names of `CASES`.
        connections: Numbers of connections, each a measurement of its own.
        rounds: How often each contender has its turn.
        seconds: Of load that counts, at each turn.
    """

    cases: tuple[str, ...]
    connections: tuple[int, ...]
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one contender did in one turn."""

    cpu_us: float
    database_cpu_us: float | None
    rps: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the turns of one contender, in one case."""

    case: str
    store: str
    connections: int
    cpu_us: float
    database_cpu_us: float | None
    rps: float
    p50_ms: float
    p99_ms: float


def measured(servers: Sequence[Contender], plan: Plan) -> list[Figures]:
    """Measure every case of a plan."""
    for server in servers:
        for case in plan.cases:
            first = _job(server, case, max(plan.connections), 0.1)
            _turn(server, replace(first, warm_up=FIRST_WARM_UP, warm_up_s=FIRST_WARM_UP_S))
    return [
        figures
        for case in plan.cases
        for connections in plan.connections
        for figures in _compared(servers, case, connections, plan)
    ]


def _compared(
    servers: Sequence[Contender], case: str, connections: int, plan: Plan
) -> Iterator[Figures]:
    turns: dict[str, list[Turn]] = {server.store: [] for server in servers}
    for _ in range(plan.rounds):
        for server in servers:
            job = _job(server, case, connections, plan.seconds)
            turns[server.store].append(_turn(server, job))
    for store, taken in turns.items():
        yield _medians(case, store, connections, taken)


def _job(server: Contender, case: str, connections: int, seconds: float) -> Job:
    return Job(
        server.port,
        case,
        connections,
        WARM_UP,
        WARM_UP_S,
        seconds,
        server.company,
        server.seed(GRANTS),
    )


def _turn(server: Contender, job: Job) -> Turn:
    command = [sys.executable, "-m", "benchmarks.oauth.load"]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as load:
        assert load.stdin is not None  # noqa: S101 - a pipe, as asked for
        assert load.stdout is not None  # noqa: S101 - as above
        load.stdin.write(job.written() + "\n")
        load.stdin.flush()
        _line(load.stdout.readline(), server, job)
        before, database_before = cpu_s(server.pid), _database(server)
        load.stdin.write("go\n")
        load.stdin.flush()
        done = json.loads(_line(load.stdout.readline(), server, job))
        after, database_after = cpu_s(server.pid), _database(server)
    per_request = 1e6 / done.pop("requests")
    database_cpu_us = (
        None
        if database_before is None or database_after is None
        else (database_after - database_before) * per_request
    )
    return Turn((after - before) * per_request, database_cpu_us, **done)


def _line(line: str, server: Contender, job: Job) -> str:
    if not line:
        raise RuntimeError(f"{job.case} on {server.store} failed; the load's own words are above.")
    return line


def _database(server: Contender) -> float | None:
    return None if server.database_cpu_s is None else server.database_cpu_s()


def _medians(case: str, store: str, connections: int, turns: Sequence[Turn]) -> Figures:
    database = [turn.database_cpu_us for turn in turns if turn.database_cpu_us is not None]
    return Figures(
        case,
        store,
        connections,
        median(turn.cpu_us for turn in turns),
        median(database) if database else None,
        median(turn.rps for turn in turns),
        median(turn.p50_ms for turn in turns),
        median(turn.p99_ms for turn in turns),
    )
