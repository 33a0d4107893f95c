"""CPU time per request of an ASGI application, called in process.

CPU time barely moves with other load on the machine, wall time does. All threads count.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

Request = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


async def cpu_us(client: httpx.AsyncClient, request: Request, count: int, at_once: int) -> float:
    """Return microseconds of CPU per request, over `count` requests, `at_once` in flight."""

    async def work(times: int) -> None:
        for _ in range(times):
            response = await request(client)
            response.raise_for_status()

    await work(count // 20 + 1)
    started = time.process_time()
    await asyncio.gather(*(work(count // at_once) for _ in range(at_once)))
    return (time.process_time() - started) / (count // at_once * at_once) * 1e6
