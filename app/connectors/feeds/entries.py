"""Which entries are hers and are read, and what a post is made of.

Where a feed names several authors, hers are those by the author whom the feed names as its own:
the page is hers, and what others write there is not. Entries without a date are not read, nor
those of the future: they belong to no day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.connectors.errors import ProviderChanged
from app.connectors.feeds.feed import Entry, Feed
from app.connectors.feeds.jsonfeed import read_json
from app.connectors.feeds.syndication import read_xml
from context.post import MAX_POSTS, WINDOW_DAYS, Post

# All posts of a feed are by one author, who needs no further name.
AUTHOR = "her"


def read_feed(content: bytes) -> Feed:
    """Read a feed, by what it looks like: JSON begins with a brace.

    Raises:
        ProviderChanged: It is none.
    """
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    return read_json(content) if is_json else read_xml(content)


def hers(feed: Feed) -> Sequence[Entry]:
    """Return the entries that she wrote.

    Raises:
        ProviderChanged: There are several authors, and nothing says which is her.
    """
    named = {entry.author.casefold() for entry in feed.entries if entry.author}
    if len(named) <= 1:
        return feed.entries
    own = feed.author.casefold()
    if own not in named:
        raise ProviderChanged(
            "The feed has several authors, and names none of them as its own. Give the address of"
            " a page with what you write."
        )
    return [entry for entry in feed.entries if entry.author.casefold() in {own, ""}]


def posts(content: bytes, now: datetime) -> list[Post]:
    """Return what she wrote in the window, newest first.

    Args:
        content: The feed.
        now: The present.

    Raises:
        ProviderChanged: It is no feed, or not to be told whose.
    """
    since = now - timedelta(days=WINDOW_DAYS)
    dated = [(entry.at, entry) for entry in hers(read_feed(content)) if entry.at is not None]
    within = [(at, entry) for at, entry in dated if since <= at <= now]
    within.sort(key=lambda pair: pair[0], reverse=True)
    return [_post(at, entry) for at, entry in within[:MAX_POSTS]]


def _post(at: datetime, entry: Entry) -> Post:
    texts = (piece.text() for piece in entry.pieces)
    return Post(
        author=AUTHOR,
        created_at=at,
        text="\n".join(text for text in texts if text),
        language=entry.language,
    )
