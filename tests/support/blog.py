"""A blog on loopback: a page, a feed in one of three formats, and whatever a test puts there."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.support.clock import SettableClock
from tests.support.servers import serving

Answer = Callable[[Request], Awaitable[Response] | Response]
TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


@dataclass
class Entry:
    """What was written, when, and by whom if it says so."""

    title: str
    content: str
    at: datetime | None
    author: str = ""


@dataclass
class Blog:
    """A blog with one page and one feed, and other answers by path."""

    url: str
    clock: SettableClock
    format: str = "rss"
    entries: list[Entry] = field(default_factory=list)
    author: str = ""
    home: str = "/"
    head: str = ""
    body: str = "<h1>Mara's blog</h1>"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def wrote(self, content: str, *, title: str = "", author: str = "", **ago: float) -> None:
        at = self.clock() - timedelta(**ago)
        self.entries.append(Entry(title, content, at, author))

    def page(self) -> str:
        link = f'<link rel="alternate" type="{TYPES[self.format]}" href="/feed">'
        return (
            f"<!doctype html><html><head><title>Mara</title>{link}{self.head}</head>"
            f"<body>{self.body}</body></html>"
        )

    def feed(self) -> bytes:
        return {"rss": _rss, "atom": _atom, "json": _json}[self.format](self).encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        self.asked.append(path)
        response = await self._response(Request(scope, receive), path)
        await response(scope, receive, send)

    async def _response(self, request: Request, path: str) -> Response:
        planned = self.answers.get(path)
        if planned is not None:
            answer = planned(request)
            return await answer if asyncio.iscoroutine(answer) else answer
        if path == "/":
            return Response(self.page(), media_type="text/html")
        if path == "/feed":
            return Response(self.feed(), media_type=TYPES[self.format])
        return Response("nothing here", 404)


@contextmanager
def blog_at(clock: SettableClock, format_: str = "rss") -> Iterator[Blog]:
    """Serve an empty blog whose time is the test's."""
    blog = Blog("", clock, format_)
    with serving(blog) as url:
        blog.url = url
        yield blog


async def hang(request: Request) -> Response:
    """Never answer."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def far_too_much(_request: Request) -> Response:
    """Answer with more than anybody reads."""

    async def body():
        for _ in range(100):
            yield b" " * 65536
            await asyncio.sleep(0)

    return StreamingResponse(body(), media_type="application/rss+xml")


def answering(
    content: bytes | str = b"", status: int = 200, media_type: str = "text/plain", **headers: str
) -> Answer:
    """Always answer the same."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: Response(content, status, named, media_type)


def _rss(blog: Blog) -> str:
    def item(entry: Entry) -> str:
        date = f"<pubDate>{entry.at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if entry.at else ""
        by = f"<dc:creator>{escape(entry.author)}</dc:creator>" if entry.author else ""
        title = f"<title>{escape(entry.title)}</title>" if entry.title else ""
        return f"<item>{title}<description>{escape(entry.content)}</description>{date}{by}</item>"

    editor = f"<managingEditor>x@example.org ({blog.author})</managingEditor>"
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Mara</title><link>{blog.url}{blog.home}</link>"
        f"<language>en-gb</language>{editor if blog.author else ''}"
        f"{''.join(map(item, blog.entries))}</channel></rss>"
    )


def _atom(blog: Blog) -> str:
    def by(name: str) -> str:
        return f"<author><name>{escape(name)}</name></author>" if name else ""

    def item(entry: Entry) -> str:
        date = f"<published>{entry.at.isoformat()}</published>" if entry.at else ""
        return (
            f"<entry><title>{escape(entry.title)}</title>{date}{by(entry.author)}"
            f'<content type="html">{escape(entry.content)}</content></entry>'
        )

    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>Mara</title>'
        f'<link href="{blog.url}{blog.home}"/>{by(blog.author)}'
        f"{''.join(map(item, blog.entries))}</feed>"
    )


def _json(blog: Blog) -> str:
    def item(entry: Entry) -> dict[str, Any]:
        said: dict[str, Any] = {"id": "1", "title": entry.title, "content_html": entry.content}
        if entry.at:
            said["date_published"] = entry.at.isoformat()
        return said | ({"authors": [{"name": entry.author}]} if entry.author else {})

    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Mara",
        "home_page_url": blog.url + blog.home,
        "language": "en-GB",
        "items": [item(entry) for entry in blog.entries],
    }
    return json.dumps(feed | ({"authors": [{"name": blog.author}]} if blog.author else {}))
