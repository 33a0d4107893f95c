"""What she can do about each state of a connection."""

from app.connectors.catalogue import Means
from app.store.connections import ConnectionState

_EITHER_WAY = {
    ConnectionState.PENDING: "Your posts are read for the first time in a moment.",
    ConnectionState.ACTIVE: "",
    ConnectionState.PROVIDER_DOWN: "{host} does not answer now. Nothing to do: we try again.",
}
ADVICE = {
    Means.OAUTH: {
        **_EITHER_WAY,
        ConnectionState.DEGRADED: (
            "The last refresh failed. We try again by ourselves; if it stays so, link it again."
        ),
        ConnectionState.REAUTH_REQUIRED: (
            "{host} has ended our access. Link it again, or unlink it."
        ),
    },
    Means.PROOF: {
        **_EITHER_WAY,
        ConnectionState.DEGRADED: (
            "The feed is not where it was, or cannot be read. We try again by ourselves; if it"
            " stays so, check the feed, or link the blog again."
        ),
        ConnectionState.REAUTH_REQUIRED: (
            "{host} says that the feed is gone for good. Link the blog again where it is now, or"
            " unlink it."
        ),
    },
    Means.UPLOAD: dict.fromkeys(
        ConnectionState,
        "It counts for a week. Upload a newer archive to bring it up to date.",
    ),
}
"""By how it is linked; `{host}` is her server's name."""
