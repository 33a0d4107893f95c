"""The load, in a process of its own: connections that are kept open, one request in flight each.

`python -m benchmarks.oauth.load` reads a job from standard input, warms the server up, says
`ready`, waits for a line, loads the server for the job's seconds, and writes its figures.
"""

import asyncio
import json
import math
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import uvloop

from benchmarks.oauth.cases import CASES, Answer, Case, Company, Seeds, UnexpectedAnswer

CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Job:
    """What to do.

    Args:
        port: Of the server, on 127.0.0.1.
        case: A name of `CASES`.
        connections: How many, each with one request in flight.
        warm_up: Requests that do not count, before those that do.
        warm_up_s: Seconds after which the warm-up ends in any case.
        seconds: Seconds of load that count.
        company: Who asks.
        seeds: Tokens, shared out among the connections.
    """

    port: int
    case: str
    connections: int
    warm_up: int
    warm_up_s: float
    seconds: float
    company: Company
    seeds: Seeds

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `written` wrote."""
        members: dict[str, Any] = json.loads(text)
        company = Company(**members.pop("company"))
        seeds = {name: tuple(tokens) for name, tokens in members.pop("seeds").items()}
        return cls(**members, company=company, seeds=Seeds(**seeds))

    def written(self) -> str:
        """Write it as one line."""
        return json.dumps(asdict(self))

    def case_of(self, connection: int) -> Case:
        """Make one connection's requests, from its own share of the tokens."""
        share = slice(connection, None, self.connections)
        seeds = Seeds(self.seeds.refresh[share], self.seeds.access[share])
        return CASES[self.case](self.company, seeds)


@dataclass(slots=True)
class Budget:
    """What all connections share, so that they end together.

    One that stood idle while others went on would find its tokens forgotten by a peer that
    remembers only the latest thousand.
    """

    until: float
    left: float


@dataclass(slots=True)
class Line:
    """One connection; `took_s` are the seconds each answer took."""

    peer: socket.socket
    case: Case
    took_s: list[float] = field(default_factory=list)

    async def keep_busy(self, budget: "Budget") -> None:
        """Send one request after the other while the budget lasts."""
        self.took_s.clear()
        while (started := time.perf_counter()) < budget.until and budget.left > 0:
            budget.left -= 1
            answer = await self._exchange(self.case.request())
            self.took_s.append(time.perf_counter() - started)
            self.case.take(answer)

    async def _exchange(self, request: bytes) -> Answer:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self.peer, request)

        async def more() -> bytes:
            return await loop.sock_recv(self.peer, CHUNK_BYTES)

        return await read_answer(more)


async def read_answer(more: Callable[[], Awaitable[bytes]]) -> Answer:
    """Read one answer, whose length its head must tell.

    Raises:
        UnexpectedAnswer: It does not, or the server hung up.
    """
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += await _some(more)
    head = received[:end].decode("latin-1")
    _, found, length = head.lower().partition("\r\ncontent-length:")
    if not found:
        raise UnexpectedAnswer(f"An answer of unknown length: {head}")
    total = end + 4 + int(length.partition("\r\n")[0])
    while len(received) < total:
        received += await _some(more)
    return Answer(int(head[9:12]), head, received[end + 4 :])


async def _some(more: Callable[[], Awaitable[bytes]]) -> bytes:
    received = await more()
    if not received:
        raise UnexpectedAnswer("The server closed the connection.")
    return received


def quantile_ms(seconds: list[float], share: float) -> float:
    """Return the nearest-rank quantile of some durations, in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3


async def run(job: Job) -> None:
    """Do a job."""
    lines = [await _open(job, connection) for connection in range(job.connections)]
    await _busy(lines, job.warm_up_s, job.warm_up)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    elapsed_s = await _busy(lines, job.seconds)
    took_s = [seconds for line in lines for seconds in line.took_s]
    figures = {
        "requests": len(took_s),
        "rps": len(took_s) / elapsed_s,
        "p50_ms": quantile_ms(took_s, 0.50),
        "p99_ms": quantile_ms(took_s, 0.99),
    }
    print(json.dumps(figures), flush=True)
    for line in lines:
        line.peer.close()


async def _open(job: Job, connection: int) -> Line:
    peer = socket.create_connection(("127.0.0.1", job.port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.settimeout(0)
    return Line(peer, job.case_of(connection))


async def _busy(lines: list[Line], seconds: float, most: float = math.inf) -> float:
    started = time.perf_counter()
    budget = Budget(started + seconds, most)
    await asyncio.gather(*(line.keep_busy(budget) for line in lines))
    return time.perf_counter() - started


if __name__ == "__main__":
    uvloop.run(run(Job.parse(sys.stdin.readline())))
