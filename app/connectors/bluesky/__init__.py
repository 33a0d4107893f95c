"""Accounts of the AT Protocol's network, which most people know as Bluesky.

An account is named by a DID; its document says which personal data server holds it, that server
says which authorization server signs in for it, and its posts are asked for through that server.
"""

from app.connectors.bluesky.connector import Bluesky
from app.connectors.bluesky.description import SCOPES
from app.connectors.bluesky.names import Resolver

__all__ = ["SCOPES", "Bluesky", "Resolver"]
