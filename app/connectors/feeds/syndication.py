"""RSS and Atom, read by feedparser.

What it is given is well-formed XML that declares no entities: on anything else feedparser falls
back to guessing, which would make half a feed of a truncated one.
"""

import io
from calendar import timegm
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat
from xml.sax import SAXException

import feedparser

from app.connectors.errors import ProviderChanged
from app.connectors.feeds.feed import Entry, Feed, Written
from app.connectors.languages import language_of

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


# No feed needs more, and feedparser's time grows with the square of either.
MAX_DEPTH = 100
MAX_ATTRIBUTES = 100


class _Refused(Exception):
    """The document declares entities, which can unfold to anything, or is nested without end."""


def read_xml(content: bytes) -> Feed:
    """Read RSS or Atom.

    Raises:
        ProviderChanged: It is neither, or not well-formed.
    """
    _check(content)
    try:
        # As a stream: what is no stream is taken for an address or a file's name.
        found = feedparser.parse(io.BytesIO(content), sanitize_html=False)
        feed = dict(found["feed"])
        is_whole = not isinstance(found.get("bozo_exception"), SAXException)
        entries = [_entry(entry, feed.get("language")) for entry in found["entries"]]
    except Exception:  # noqa: BLE001 - feedparser names no errors, and theirs would quote the feed
        raise _unknown() from None
    if not (is_whole and found["version"]):
        raise _unknown()
    return Feed(home=str(feed.get("link") or ""), author=_author(feed), entries=entries)


def _check(content: bytes) -> None:
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    depth = 0

    def refuse(*_: object) -> None:
        raise _Refused

    def open_element(_name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        # Names and values stand in one list.
        if depth > MAX_DEPTH or len(attributes) > 2 * MAX_ATTRIBUTES:
            raise _Refused

    def close_element(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's interface
    except (expat.ExpatError, ValueError, LookupError, _Refused):
        raise _unknown() from None


def _unknown() -> ProviderChanged:
    return ProviderChanged("There is no feed that can be read: no RSS, Atom or JSON Feed.")


def _entry(entry: Any, language: object) -> Entry:  # noqa: ANN401 - feedparser has no types
    # Asked as a plain dict: feedparser's own look-ups put one date in the place of another.
    said = dict(entry)
    contents = said.get("content") or [said.get("summary_detail")]
    pieces = [said.get("title_detail"), *contents]
    return Entry(
        at=_moment(said.get("published_parsed") or said.get("updated_parsed")),
        author=_author(said),
        pieces=[_written(dict(piece)) for piece in pieces if piece],
        language=language_of(contents[0].get("language") if contents[0] else None)
        or language_of(language),
    )


def _written(piece: dict[str, Any]) -> Written:
    return Written(str(piece.get("value") or ""), piece.get("type") in HTML_TYPES)


def _author(said: dict[str, Any]) -> str:
    detail = said.get("author_detail") or {}
    return str(detail.get("name") or said.get("author") or "").strip()


def _moment(parsed: Any) -> datetime | None:  # noqa: ANN401 - feedparser has no types
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
