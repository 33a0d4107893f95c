"""Mastodon, and what speaks its API: GoToSocial, Pleroma, Takahe.

https://docs.joinmastodon.org/methods/ describes what is called here.
"""

from app.connectors.mastodon.connector import Mastodon

__all__ = ["Mastodon"]
