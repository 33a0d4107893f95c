"""Clients: where a browser may be sent back to, and what Authlib wants to know of them."""

import re
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin

from oauth.server.stores import ClientRecord

_LOOPBACK_IP = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?([/?].*)?")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def redirect_uri_matches(registered: str, presented: str) -> bool:
    """Compare redirect URIs character by character (RFC 9700, section 4.1.3).

    The port of a loopback address may differ, since an app on a device takes the one that is
    free (RFC 8252, section 7.3).
    """
    if registered == presented:
        return True
    ours, theirs = _LOOPBACK_IP.fullmatch(registered), _LOOPBACK_IP.fullmatch(presented)
    return ours is not None and theirs is not None and ours.groups() == theirs.groups()


def redirect_uri_fault(uri: str) -> str | None:
    """Say why a URI cannot be registered to redirect to, or None when it can."""
    if not _PRINTABLE.fullmatch(uri) or " " in uri or "\\" in uri:
        return "it has characters that no address has."
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "it is no address."
    if not host or "@" in parts.netloc or "*" in uri or "#" in uri:
        return "it needs a host, and no user, fragment or wildcard."
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL_HOSTS):
        return None
    return "it must be https, or http on this device (127.0.0.1, [::1], localhost)."


class AuthlibClient(ClientMixin):  # type: ignore[misc]  # Authlib is untyped
    """A client as Authlib's grants want to see it."""

    def __init__(self, record: ClientRecord) -> None:
        self.record = record

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scope unchanged: `oauth.server.scopes` has judged it.

        Authlib refuses None, which a request is free to send whose details name the sections.
        """
        return scope or ""

    def check_response_type(self, response_type: str) -> bool:
        """Say whether it may use this response type."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether it may use this grant type: a public client cannot act by itself."""
        return not (self.record.is_public and grant_type == "client_credentials")
