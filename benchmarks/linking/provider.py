"""An instance of Mastodon in a process of its own, as far away as the internet is.

`python -m benchmarks.linking.provider LATENCY_MS NOW` says its port, and answers until its standard
input ends. What it answers was rendered before, so that it costs next to nothing beside what is
measured.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import uvloop

from benchmarks.linking.people import PEOPLE, Entity, account, her_statuses, home_statuses

PAGE = 40
HEAD_END = b"\r\n\r\n"


class Instance:
    """What it answers, by account and path.

    Args:
        port: Its own, for the links between pages.
        latency_s: Seconds before each answer.
        now: The present, from which all that was written is dated.
    """

    def __init__(self, port: int, latency_s: float, now: datetime) -> None:
        self._latency_s = latency_s
        self._base = f"http://127.0.0.1:{port}"
        self._lists = {
            path: list_
            for person in range(PEOPLE)
            for path, list_ in (
                (statuses_path(person), her_statuses(person, now)),
                (f"home of {person}", home_statuses(person, now)),
            )
        }
        self._rendered: dict[tuple[str, int], bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it ends."""
        try:
            while True:
                head = await reader.readuntil(HEAD_END)
                await asyncio.sleep(self._latency_s)
                writer.write(self._answer(head.decode("latin-1")))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, head: str) -> bytes:
        line, _, headers = head.partition("\r\n")
        url = urlsplit(line.split(" ")[1])
        person = int(headers.lower().partition("authorization: bearer token-")[2].split("\r\n")[0])
        if url.path.endswith("verify_credentials"):
            return _http(json.dumps(account(person)).encode())
        name = f"home of {person}" if url.path.endswith("home") else url.path
        start = int(parse_qs(url.query).get("max_id", ["0"])[0])
        key = (name, start)
        if key not in self._rendered:
            self._rendered[key] = self._page(url.path, self._lists[name], start)
        return self._rendered[key]

    def _page(self, path: str, statuses: Sequence[Entity], start: int) -> bytes:
        page, end = statuses[start : start + PAGE], start + PAGE
        following = f'<{self._base}{path}?limit={PAGE}&max_id={end}>; rel="next"'
        return _http(json.dumps(page).encode(), following if end < len(statuses) else "")


def statuses_path(person: int) -> str:
    """Return the path of somebody's statuses."""
    return f"/api/v1/accounts/{account(person)['id']}/statuses"


def _http(body: bytes, link: str = "") -> bytes:
    leads = f"Link: {link}\r\n" if link else ""
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{leads}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def run(latency_ms: float, now: datetime) -> None:
    """Serve until standard input ends."""
    instance: Instance | None = None

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert instance is not None  # noqa: S101 - set before anybody knows the port
        await instance.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    instance = Instance(port, latency_ms / 1000, now)
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(run(float(sys.argv[1]), datetime.fromisoformat(sys.argv[2])))
