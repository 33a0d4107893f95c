"""What comes in on the event loop, pulled from a thread that reads it piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import TypeVar

Found = TypeVar("Found")


class _Over(Exception):
    """Nobody waits any more for what a thread reads."""


async def read_in_thread(
    executor: Executor, chunks: AsyncIterator[bytes], read: Callable[[Iterator[bytes]], Found]
) -> Found:
    """Have a thread read what comes in; it waits for each piece, and no piece waits for it.

    One piece is asked for when the one before has been read: whoever sends faster than that is
    slowed down by the connection, and nothing piles up. When this is cancelled, the thread ends
    at the next piece it asks for.

    Args:
        executor: Of threads.
        chunks: What comes in; what it raises is raised in the thread.
        read: Reads it.
    """
    pulled = _Pulled(chunks, asyncio.get_running_loop())
    try:
        return await asyncio.get_running_loop().run_in_executor(executor, read, iter(pulled))
    finally:
        pulled.stop()


class _Pulled:
    def __init__(self, chunks: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._chunks = chunks
        self._loop = loop
        self._asked: Future[bytes | None] | None = None
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        while not self._is_over:
            self._asked = asyncio.run_coroutine_threadsafe(self._next(), self._loop)
            chunk = self._asked.result()
            if chunk is None:
                return
            yield chunk
        raise _Over

    def stop(self) -> None:
        self._is_over = True
        if self._asked is not None:
            self._asked.cancel()

    async def _next(self) -> bytes | None:
        if self._is_over:
            raise _Over
        with suppress(StopAsyncIteration):
            return await anext(self._chunks)
        return None
