"""Exports that she uploads herself, read as they stream by; nothing of one touches a disk."""

from app.connectors.archives.bluesky import BlueskyArchive
from app.connectors.archives.mastodon import MastodonArchive
from app.connectors.archives.reading import Archives
from app.connectors.archives.x import XArchive

__all__ = ["Archives", "BlueskyArchive", "MastodonArchive", "XArchive"]
