"""A proxy between Milieu and a provider that runs, and what can go wrong on the way.

It stands where a load balancer, a protection against robots, or a bad line stands: requests pass
through it over TCP, and those that a test has planned a fault for come to grief there. Nothing in
it waits for time to pass: what hangs, hangs until the other side gives up.
"""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"
BOMB = gzip.compress(bytes(64 * 1024 * 1024))
FAR_TOO_MUCH = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
DRIP_S = 0.05
MOMENT = re.compile(rb'("created_at":\s*")([^"]+)(")')


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


def answering(status: int, body: bytes = b"{}", **headers: str) -> Fault:
    """Answer in the provider's place, without asking it."""
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    told = f"HTTP/1.1 {status} Fault\r\n{lines}Connection: close\r\n\r\n".encode() + body

    async def happens(line: Line, _answer: bytes) -> None:
        await line.say(told)

    return Fault(happens)


def changing(change: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> Fault:
    """Answer with what the provider says, its head or its body changed."""

    async def happens(line: Line, answer: bytes) -> None:
        head, body = change(*_parts(answer))
        await line.say(_with_length(head, body) + HEAD_END + body)

    return Fault(happens, reaches=True)


async def _hang(line: Line, _answer: bytes) -> None:
    await line.hang()


async def _drip(line: Line, answer: bytes) -> None:
    gone = asyncio.ensure_future(line.hang())
    for at in range(len(answer)):
        if gone.done():
            return
        line.writer.write(answer[at : at + 1])
        await asyncio.wait({gone}, timeout=DRIP_S)


async def _cut_in_head(line: Line, answer: bytes) -> None:
    head, _ = _parts(answer)
    await line.say(head[: len(head) // 2])
    line.cut()


async def _cut_in_body(line: Line, answer: bytes) -> None:
    head, body = _parts(answer)
    await line.say(head + HEAD_END + body[: len(body) // 2])
    line.cut()


async def _far_too_much(line: Line, answer: bytes) -> None:
    head, _ = _parts(answer)
    await line.say(_without(head, b"content-length") + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    gone = asyncio.ensure_future(line.hang())
    while not gone.done():
        line.writer.write(FAR_TOO_MUCH)
        await asyncio.wait({gone, asyncio.ensure_future(line.writer.drain())}, timeout=DRIP_S)


def _bomb(head: bytes, _body: bytes) -> tuple[bytes, bytes]:
    return head + b"\r\nContent-Encoding: gzip", BOMB


def _nested_bomb(head: bytes, _body: bytes) -> tuple[bytes, bytes]:
    return head + b"\r\nContent-Encoding: gzip, gzip", gzip.compress(BOMB)


def _half(head: bytes, body: bytes) -> tuple[bytes, bytes]:
    return head, body[: len(body) // 2]


def _typed(head: bytes, body: bytes) -> tuple[bytes, bytes]:
    return _without(head, b"content-type") + b"\r\nContent-Type: image/png", body


def dated(by: timedelta) -> Fault:
    """Tell another time in the `Date` header: the provider's clock is wrong."""

    def change(head: bytes, body: bytes) -> tuple[bytes, bytes]:
        moment = f"{datetime.now(UTC) + by:%a, %d %b %Y %H:%M:%S} GMT"
        return _without(head, b"date") + f"\r\nDate: {moment}".encode(), body

    return changing(change)


def written(by: timedelta) -> Fault:
    """Tell of every post that it was written at another time."""

    def moved(found: "re.Match[bytes]") -> bytes:
        moment = datetime.fromisoformat(found[2].decode()) + by
        return found[1] + moment.isoformat().encode() + found[3]

    return changing(lambda head, body: (head, MOMENT.sub(moved, body)))


PAGE = b"<!doctype html><title>Maintenance</title><h1>We will be back</h1>"
HANGS = Fault(_hang)
DRIPS = Fault(_drip, reaches=True)
CUT_IN_HEAD = Fault(_cut_in_head, reaches=True)
CUT_IN_BODY = Fault(_cut_in_body, reaches=True)
FAR_TOO_LARGE = Fault(_far_too_much, reaches=True)
BOMBED = changing(_bomb)
NESTED_BOMB = changing(_nested_bomb)
HALF = changing(_half)
WRONGLY_TYPED = changing(_typed)
A_PAGE = answering(200, PAGE, Content_Type="text/html")


@dataclass
class Proxy:
    """Passes requests on to a provider, but for those that a fault is planned for.

    Attributes:
        url: Its own address.
        asked: What was asked, as method and path.
    """

    target: str
    url: str = ""
    asked: list[str] = field(default_factory=list)
    planned: dict[int, Fault] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def fail(self, fault: Fault, *, after: int = 0) -> None:
        """Plan a fault for the request that comes after so many others."""
        self.planned[len(self.asked) + after] = fault

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        try:
            request = await _request(reader)
            fault = self.planned.pop(len(self.asked), None)
            self.asked.append(" ".join(request.decode("latin-1").split(" ", 2)[:2]))
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
        head, body = _parts(request)
        writer.write(_without(head, b"connection") + b"\r\nConnection: close\r\n\r\n" + body)
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


def _parts(message: bytes) -> tuple[bytes, bytes]:
    head, _, body = message.partition(HEAD_END)
    return head, body


def _without(head: bytes, name: bytes) -> bytes:
    lines = head.split(b"\r\n")
    return b"\r\n".join(line for line in lines if line.partition(b":")[0].lower() != name)


def _with_length(head: bytes, body: bytes) -> bytes:
    return _without(head, b"content-length") + f"\r\nContent-Length: {len(body)}".encode()
