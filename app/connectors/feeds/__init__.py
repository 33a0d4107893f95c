"""Her own blog, by its feed: RSS, Atom or JSON Feed.

A feed is public and needs no token; what has to be shown is that the blog is hers. She puts a tag
or a link of ours into the page, and the page names the feed.
"""

from app.connectors.feeds.connector import Feeds

__all__ = ["Feeds"]
