"""The connector: a blog found and proved by its page, its window read from its feed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import httpx

from app.connectors.catalogue import Account, Link, Marks
from app.connectors.errors import ConnectorError
from app.connectors.feeds.address import belongs, found_at, page_of, shown
from app.connectors.feeds.description import ABOUT
from app.connectors.feeds.entries import hers, posts, read_feed
from app.connectors.feeds.errors import NotABlog, NotProved
from app.connectors.feeds.fetching import get
from app.connectors.feeds.page import VERIFICATION, Page, is_page, presence, read_page
from app.connectors.presence import Presence, PresentWindow
from app.errors import Invalid
from context.post import Window

Read = TypeVar("Read")
# Reading megabytes takes a while, in which everybody else is to be answered.
_READERS = ThreadPoolExecutor(2, thread_name_prefix="read feeds")


@dataclass(frozen=True, slots=True)
class _Blog:
    page: Page
    feed: httpx.URL


class Feeds:
    """Links and reads blogs.

    Args:
        exceptions: Exact `host:port` pairs that need no TLS; those of the outbound guard.
    """

    about = ABOUT

    def __init__(self, exceptions: frozenset[str] = frozenset()) -> None:
        self._exceptions = exceptions

    async def look(self, client: httpx.AsyncClient, typed: str, now: datetime) -> str:
        """Return the address of her blog's page, from its own or from that of its feed.

        Raises:
            NotABlog: There is none, or it names no feed of its own.
            ConnectorError: It does not answer well.
        """
        answer = await get(client, page_of(typed, self._exceptions), now)
        if not is_page(answer):
            feed = await _read(read_feed, answer.content)
            home = found_at(answer.url, feed.home) if feed.home else None
            if home is None:
                raise NotABlog(
                    "The feed does not say which page of the same site it is of. Give the address"
                    " of that page."
                )
            answer = await get(client, home, now)
        return str((await self._blog(client, answer, now)).page.url)

    async def prove(
        self, client: httpx.AsyncClient, page: str, marks: Marks, now: datetime
    ) -> Account:
        """Return the blog of a page, if the page shows one of the marks.

        The page is looked at where it is, and no redirect is followed: whoever can make a page lead
        elsewhere has not shown that the other page is hers.

        Raises:
            NotProved: It does not; the text says what was found instead.
            NotABlog: It names no feed of its own any more.
            ConnectorError: It does not answer well.
        """
        answer = await get(client, httpx.URL(page), now, hops=0)
        found = await _read(read_page, answer)
        named = marks.token in found.tokens or marks.link in found.me
        if not named and marks.accounts.isdisjoint(presence(found).links):
            raise NotProved(_instead(found))
        blog = await self._blog(client, answer, now)
        return Account(str(blog.feed), shown(blog.page.url))

    async def fetch(self, client: httpx.AsyncClient, link: Link, now: datetime) -> Window:
        """Fetch the window: her entries of 30 days. Nobody around her is read.

        Her page says which accounts are hers; without it there is a window all the same.

        Raises:
            ConnectorError: The feed does not answer well, or is none any more.
        """
        answer = await get(client, httpx.URL(link.account.id), now)
        read = await _read(partial(posts, now=now), answer.content)
        return PresentWindow(posts=read, presence=await self._presence(client, link, now))

    async def _presence(
        self, client: httpx.AsyncClient, link: Link, now: datetime
    ) -> Presence | None:
        try:
            page = page_of(link.account.handle, self._exceptions)
            answer = await get(client, page, now, hops=0)
        except (ConnectorError, Invalid):
            return None
        return presence(await _read(read_page, answer))

    async def _blog(
        self, client: httpx.AsyncClient, answer: httpx.Response, now: datetime
    ) -> _Blog:
        page = await _read(read_page, answer)
        named = _named(page)
        fetched = await get(client, named, now)
        feed = await _read(read_feed, fetched.content)
        hers(feed)
        if not belongs(page.url, fetched.url, feed.home):
            raise NotABlog(
                "The feed that the page names is that of another page of this site. Give the"
                " address of that page."
            )
        return _Blog(page, fetched.url)


def _named(page: Page) -> httpx.URL:
    if not page.feeds:
        raise NotABlog(
            'The page names no feed. A blog does so in its head: <link rel="alternate"'
            ' type="application/rss+xml" href="…">.'
        )
    base = found_at(page.url, page.base) if page.base else page.url
    feed = found_at(base or page.url, page.feeds[0])
    if feed is None:
        raise NotABlog("The feed that the page names is on another site; only your own is read.")
    return feed


def _instead(page: Page) -> str:
    if page.tokens:
        found = f"There is a tag {VERIFICATION}, but with another value than yours."
    elif page.me:
        found = 'There are links with rel="me", but none to the address that is yours.'
    else:
        found = "There is neither the tag in its head nor the link."
    return f"{found} If you have just added it, your site may still show an older copy."


async def _read(read: Callable[..., Read], raw: object) -> Read:
    return await asyncio.get_running_loop().run_in_executor(_READERS, read, raw)
