"""Bluesky and what speaks the AT Protocol, as they document themselves.

The OAuth of each server is read from the server itself (`metadata.py`).
"""

from app.connectors.bluesky.xrpc import PER_PAGE
from app.connectors.catalogue import About, Means, Reads
from context.post import MAX_NETWORK_POSTS, MAX_POSTS

# Items that are not read take room on the pages; twice the room is enough for most people.
HER_PAGES = 2 * MAX_POSTS // PER_PAGE
NETWORK_PAGES = 2 * MAX_NETWORK_POSTS // PER_PAGE
# Her document, whom her server trusts, and whether her handle confirms her.
LOOK_UPS = 3
# Where people are on the web, and where others link to them.
PROFILE_PAGES = "https://bsky.app/profile"
AUTHOR_FEED = "app.bsky.feed.getAuthorFeed"
TIMELINE = "app.bsky.feed.getTimeline"
PROFILE = "app.bsky.actor.getProfile"
# Three methods that read, whichever view of the network her server asks; nothing that writes.
SCOPES = ("atproto", *(f"rpc:{method}?aud=*" for method in (AUTHOR_FEED, TIMELINE, PROFILE)))

ABOUT = About(
    name="bluesky",
    title="Bluesky",
    linked_by=Means.OAUTH,
    reads=frozenset({Reads.POSTS, Reads.NETWORK}),
    requests=HER_PAGES + NETWORK_PAGES + LOOK_UPS + 1,
    documentation=("https://atproto.com/specs/oauth", "https://docs.bsky.app/docs/api/"),
    terms="https://bsky.social/about/support/tos",
)
