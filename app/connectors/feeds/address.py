"""Addresses of pages and feeds: what she types, what a page names, and what belongs together."""

from urllib.parse import unquote

import httpx

from app.connectors.feeds.errors import NotABlog
from app.connectors.hosts import is_number, is_public_name

HELP = "Give the address of your blog, such as blog.example.org or example.org/blog."
MAX_LENGTH = 1000


def page_of(typed: str, exceptions: frozenset[str]) -> httpx.URL:
    """Return the address of the page that she typed.

    Args:
        typed: What she typed; https is added, or put in the place of http.
        exceptions: Exact `host:port` pairs that need no TLS.

    Raises:
        NotABlog: It is no address of a public page; the text says what to give.
    """
    scheme, separator, rest = typed.strip().rpartition("://")
    if separator and scheme.lower() not in {"http", "https"}:
        raise NotABlog(f"A blog has an https address. {HELP}")
    url = _parsed(f"https://{rest}")
    host = "" if url is None else url.raw_host.decode("ascii").rstrip(".")
    if url is None or not host or url.userinfo:
        raise NotABlog(HELP)
    if f"{host}:{url.port}" in exceptions:
        return url if scheme.lower() == "https" else url.copy_with(scheme="http")
    if is_number(host) or not is_public_name(host):
        raise NotABlog(f"A blog is known by a public name. {HELP}")
    if url.port is not None:
        raise NotABlog(f"A blog is given without a port. {HELP}")
    return url.copy_with(host=host)


def found_at(page: httpx.URL, named: str) -> httpx.URL | None:
    """Return an address that a page, or its feed, names on its own site; None if it leads away.

    It is called as the page was: a page of today may still name its feed by http.

    Args:
        page: Where it was named.
        named: As it stands there, relative or not.
    """
    try:
        url = page.join(named.strip())
    except (httpx.InvalidURL, ValueError):
        return None
    if url.scheme not in {"http", "https"} or url.userinfo or not _same_site(page, url):
        return None
    return _parsed(str(url.copy_with(scheme=page.scheme, fragment=None)))


def belongs(page: httpx.URL, feed: httpx.URL, home: str) -> bool:
    """Tell whether a feed is that of a page, and not of a neighbour on the same site.

    Args:
        page: The page that she proved to be hers.
        feed: The feed that it names.
        home: The page that the feed says to be of; may be empty.
    """
    folder = _folder(unquote(page.path))
    path = unquote(feed.path)
    if path.startswith(folder) and ".." not in path.split("/"):
        return True
    its_home = found_at(feed, home) if home else None
    return its_home is not None and _folder(unquote(its_home.path)) == folder


def shown(page: httpx.URL) -> str:
    """Return an address as she would read it aloud: without a scheme, or a slash at its end."""
    return str(page).partition("://")[2].rstrip("/")


def _parsed(text: str) -> httpx.URL | None:
    if len(text) > MAX_LENGTH:
        return None
    try:
        url = httpx.URL(text)
        # One page has one spelling: with the slash that is asked for, without a fragment.
        return url.copy_with(raw_path=url.raw_path, fragment=None)
    except (httpx.InvalidURL, ValueError):
        return None


def _same_site(one: httpx.URL, other: httpx.URL) -> bool:
    return _site(one) == _site(other)


def _site(url: httpx.URL) -> tuple[str, int | None]:
    return url.host.removeprefix("www."), url.port


def _folder(path: str) -> str:
    parent, _, last = path.rpartition("/")
    return f"{parent}/" if "." in last or not last else f"{path}/"
