"""Blogs, as the formats of their feeds are documented."""

from app.connectors.catalogue import About, Means, Reads
from app.connectors.feeds.fetching import MAX_HOPS

ABOUT = About(
    name="feeds",
    title="Blog",
    linked_by=Means.PROOF,
    reads=frozenset({Reads.POSTS}),
    # Her feed, and her page, which is not looked for elsewhere.
    requests=MAX_HOPS + 2,
    documentation=(
        "https://www.rssboard.org/rss-specification",
        "https://www.rfc-editor.org/rfc/rfc4287",
        "https://www.jsonfeed.org/version/1.1/",
    ),
    terms="",
)
