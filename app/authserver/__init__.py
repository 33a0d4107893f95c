"""The HTTP face of the authorization server: OAuth's own addresses, as RFC 8414 names them."""

from app.authserver.routes import DIRECT, router

__all__ = ["DIRECT", "router"]
