"""JSON Feed: https://www.jsonfeed.org/version/1.1/."""

import json
from datetime import datetime
from typing import Any

from app.connectors.errors import ProviderChanged
from app.connectors.feeds.feed import Entry, Feed, Written
from app.connectors.languages import language_of

VERSION = "https://jsonfeed.org/version/"
CONTENTS = (("content_html", True), ("content_text", False), ("summary", False))


def read_json(content: bytes) -> Feed:
    """Read a JSON Feed.

    Raises:
        ProviderChanged: It is none.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # the cause would carry what was answered
        raise _unknown() from None
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or not _text(found, "version").startswith(VERSION):
        raise _unknown()
    return Feed(
        home=_text(found, "home_page_url"),
        author=_author(found),
        entries=[_entry(item, found) for item in items if isinstance(item, dict)],
    )


def _unknown() -> ProviderChanged:
    return ProviderChanged("There is no feed that can be read: no RSS, Atom or JSON Feed.")


def _entry(item: dict[str, Any], feed: dict[str, Any]) -> Entry:
    title = Written(_text(item, "title"), is_html=False)
    contents = [Written(_text(item, name), is_html) for name, is_html in CONTENTS]
    content = next((one for one in contents if one.value), None)
    return Entry(
        at=_moment(_text(item, "date_published")),
        author=_author(item) or _author(feed),
        pieces=[piece for piece in (title, content) if piece is not None],
        language=language_of(item.get("language")) or language_of(feed.get("language")),
    )


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _author(said: dict[str, Any]) -> str:
    several = said.get("authors")
    # The first version of the format has one author, in a field of its own.
    named = several[0] if isinstance(several, list) and several else said.get("author")
    return _text(named, "name").strip() if isinstance(named, dict) else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
