"""What can go wrong on the way to a provider.

Nothing here waits for time to pass: what hangs, hangs until the other side gives up.
"""

import asyncio
import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.support.proxy import HEAD_END, Fault, Line, parts, with_length, without

BOMB = gzip.compress(bytes(64 * 1024 * 1024))
FAR_TOO_MUCH = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
DRIP_S = 0.05
MOMENT = re.compile(rb'("created_at":\s*")([^"]+)(")')


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
        head, body = change(*parts(answer))
        await line.say(with_length(head, body) + HEAD_END + body)

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
    head, _ = parts(answer)
    await line.say(head[: len(head) // 2])
    line.cut()


async def _cut_in_body(line: Line, answer: bytes) -> None:
    head, body = parts(answer)
    await line.say(head + HEAD_END + body[: len(body) // 2])
    line.cut()


async def _far_too_much(line: Line, answer: bytes) -> None:
    head, _ = parts(answer)
    await line.say(without(head, b"content-length") + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
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
    return without(head, b"content-type") + b"\r\nContent-Type: image/png", body


def dated(by: timedelta) -> Fault:
    """Tell another time in the `Date` header: the provider's clock is wrong."""

    def change(head: bytes, body: bytes) -> tuple[bytes, bytes]:
        moment = f"{datetime.now(UTC) + by:%a, %d %b %Y %H:%M:%S} GMT"
        return without(head, b"date") + f"\r\nDate: {moment}".encode(), body

    return changing(change)


def written(by: timedelta) -> Fault:
    """Tell of every post that it was written at another time."""

    def moved(found: "re.Match[bytes]") -> bytes:
        moment = datetime.fromisoformat(found[2].decode()) + by
        return found[1] + moment.isoformat().encode() + found[3]

    return changing(lambda head, body: (head, MOMENT.sub(moved, body)))


PAGE = b"<!doctype html><title>Maintenance</title><h1>We will be back</h1>"
PRIVATE = "http://169.254.169.254/latest/meta-data/"
IN_SUMMER = "Mon, 01 Jun 2026 00:00:00 GMT"
YEAR = timedelta(days=365)

FAULTS = {
    "429": answering(429),
    "429 with Retry-After": answering(429, Retry_After="7200"),
    "429 with a date": answering(429, Retry_After=IN_SUMMER),
    "500": answering(500),
    "503 with Retry-After": answering(503, Retry_After="7200"),
    "no answer": Fault(_hang),
    "a slow drip": Fault(_drip, reaches=True),
    "cut in the headers": Fault(_cut_in_head, reaches=True),
    "cut in the body": Fault(_cut_in_body, reaches=True),
    "half a document": changing(_half),
    "a huge body": Fault(_far_too_much, reaches=True),
    "a bomb": changing(_bomb),
    "a bomb in a bomb": changing(_nested_bomb),
    "a redirect inside": answering(302, Location=PRIVATE),
    "a page": answering(200, PAGE, Content_Type="text/html"),
    "another content type": changing(_typed),
    "a clock a year ahead": dated(YEAR),
    "a clock a year behind": dated(-YEAR),
}
HARMLESS = frozenset({"another content type", "a clock a year ahead", "a clock a year behind"})
TAKING_THEIR_TIME = frozenset({"no answer", "a slow drip"})
ONE_OF_EACH = (
    "429 with Retry-After",
    "cut in the body",
    "a redirect inside",
    "another content type",
)
