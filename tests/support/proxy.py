"""A proxy between Milieu and a provider that runs, in which what a test planned goes wrong.

It stands where a load balancer, a protection against robots, or a bad line stands: requests pass
through it over TCP, and those that a fault is planned for come to grief there.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"


@dataclass
class Line:
    """The way back to who asked."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hang(self) -> None:
        """Say nothing until the other side gives up."""
        with suppress(ConnectionError):
            while await self.reader.read(65_536):
                pass

    def cut(self) -> None:
        """End the connection at once, with a reset."""
        self.writer.transport.abort()


# What a fault does with the provider's answer: its bytes as they came, or none if it is not asked.
Mishap = Callable[[Line, bytes], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Args:
        happens: What is said in the place of the answer.
        reaches: Whether the provider is asked at all.
    """

    happens: Mishap
    reaches: bool = False


@dataclass
class Proxy:
    """Passes requests on to a provider, but for those that a fault is planned for.

    Attributes:
        url: Its own address.
        asked: What was asked, as method and path.
        planned: What goes wrong next: the fault, how many requests come before, and how the path
            ends that it is for.
    """

    target: str
    url: str = ""
    asked: list[str] = field(default_factory=list)
    planned: tuple[Fault, int, str] | None = None

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def fail(self, fault: Fault, *, after: int = 0, at: str = "") -> None:
        """Plan a fault for the first request after so many others to a path that ends so."""
        self.planned = (fault, len(self.asked) + after, at)

    def _fault_of(self, path: str) -> Fault | None:
        if self.planned is None:
            return None
        fault, number, at = self.planned
        if len(self.asked) < number or not path.endswith(at):
            return None
        self.planned = None
        return fault

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        try:
            request = await _request(reader)
            method, target, _ = request.decode("latin-1").split(" ", 2)
            path = target.partition("?")[0]
            fault = self._fault_of(path)
            self.asked.append(f"{method} {path}")
            answer = b"" if fault and not fault.reaches else await self._passed_on(request)
            if fault is None:
                writer.write(answer)
            else:
                await fault.happens(Line(reader, writer), answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # who asked has gone
        finally:
            writer.close()

    async def _passed_on(self, request: bytes) -> bytes:
        target = urlsplit(self.target)
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        head, body = parts(request)
        writer.write(without(head, b"connection") + b"\r\nConnection: close\r\n\r\n" + body)
        try:
            return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def proxy_to(target: str) -> AsyncIterator[Proxy]:
    """Run a proxy to a provider in this event loop.

    Args:
        target: The provider's address.
    """
    proxy = Proxy(target)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield proxy


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(HEAD_END)
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def parts(message: bytes) -> tuple[bytes, bytes]:
    head, _, body = message.partition(HEAD_END)
    return head, body


def without(head: bytes, name: bytes) -> bytes:
    lines = head.split(b"\r\n")
    return b"\r\n".join(line for line in lines if line.partition(b":")[0].lower() != name)


def with_length(head: bytes, body: bytes) -> bytes:
    return without(head, b"content-length") + f"\r\nContent-Length: {len(body)}".encode()
