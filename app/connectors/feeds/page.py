"""What a page of hers says to machines: which feed is its own, and whose it is.

https://html.spec.whatwg.org/multipage/links.html describes `rel`; https://microformats.org/wiki/rel-me
what `me` is for.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

import httpx

from app.connectors.markup import tamed
from app.connectors.presence import Presence

VERIFICATION = "milieu-verification"
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
# What she has to say to machines stands in the head, or is a link; a page may be an archive.
MAX_CHARACTERS = 500_000
HEAD = frozenset({"html", "head", "title", "meta", "link", "base", "script", "style", "noscript"})
# Links that others leave, such as in comments, are marked with these (WordPress and others).
LEFT_BY_OTHERS = frozenset({"ugc", "nofollow", "sponsored"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says to machines.

    Attributes:
        url: Where it is.
        base: What its links are relative to.
        feeds: Addresses of feeds, as they stand there, its main one first.
        tokens: What stands in verification tags.
        me: Addresses linked to as hers, as they stand there.
    """

    url: httpx.URL
    base: str
    feeds: tuple[str, ...]
    tokens: tuple[str, ...]
    me: tuple[str, ...]


def read_page(answer: httpx.Response) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(tamed(answer.text[:MAX_CHARACTERS]))
    reader.close()
    return Page(
        answer.url, reader.base, tuple(reader.feeds), tuple(reader.tokens), tuple(reader.me)
    )


def presence(page: Page) -> Presence:
    """Return where a page is, and what it names as hers."""
    joined = (_joined(page, address) for address in page.me)
    return Presence.of([str(page.url)], (address for address in joined if address is not None))


def _joined(page: Page, address: str) -> str | None:
    try:
        return str(page.url.join(page.base).join(address))
    except (httpx.InvalidURL, ValueError):
        return None


def is_page(answer: httpx.Response) -> bool:
    """Tell whether an answer is a page rather than a feed, by what it is more than by its type."""
    start = answer.content[:2000].lower()
    if b"<html" in start:
        return True
    looks_like_feed = any(mark in start for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"jsonfeed"))
    return not looks_like_feed and "html" in answer.headers.get("Content-Type", "").lower()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.feeds: list[str] = []
        self.tokens: list[str] = []
        self.me: list[str] = []
        self._is_in_head = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_in_head = self._is_in_head and tag in HEAD
        said = {name: value or "" for name, value in reversed(attrs)}
        if self._is_in_head:
            self._read_head(tag, said)
        if tag == "a":
            self._read_link(said)

    def _read_head(self, tag: str, said: dict[str, str]) -> None:
        if tag == "base":
            self.base = self.base or said.get("href", "")
        elif tag == "meta" and said.get("name", "").strip().lower() == VERIFICATION:
            self.tokens.append(said.get("content", "").strip())
        elif tag == "link":
            kind = said.get("type", "").partition(";")[0].strip().lower()
            if "alternate" in _words(said) and kind in FEED_TYPES:
                self.feeds.append(said.get("href", ""))
            self._read_link(said)

    def _read_link(self, said: dict[str, str]) -> None:
        rel = _words(said)
        if "me" in rel and not rel & LEFT_BY_OTHERS:
            self.me.append(said.get("href", "").strip())


def _words(said: dict[str, str]) -> frozenset[str]:
    return frozenset(said.get("rel", "").lower().split())
