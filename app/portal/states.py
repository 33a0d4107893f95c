"""The states of a connection, in words, with what she can do about each."""

from dataclasses import dataclass
from types import MappingProxyType

from app.portal.words import Tone
from app.store.connections import ConnectionState


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state as the page shows it.

    Attributes:
        words: The badge.
        tone: Its colour.
        explanation: What it means for her, and what to do.
        working: Whether something is going on that will end by itself.
        can_reconnect: Whether connecting anew is what helps.
    """

    words: str
    tone: Tone
    explanation: str
    working: bool = False
    can_reconnect: bool = False


_STATES = MappingProxyType(
    {
        ConnectionState.PENDING: StateWords(
            "Reading…",
            "even",
            "Your recent public posts are being read for the first time.",
            working=True,
        ),
        ConnectionState.ACTIVE: StateWords("Active", "well", "All is well; nothing to do."),
        ConnectionState.DEGRADED: StateWords(
            "Slow",
            "even",
            "The last reading did not work. We try again by ourselves; what we know still holds.",
        ),
        ConnectionState.REAUTH_REQUIRED: StateWords(
            "Reconnect",
            "badly",
            "Your server no longer lets us read. Reconnect to allow it again.",
            can_reconnect=True,
        ),
        ConnectionState.PROVIDER_DOWN: StateWords(
            "Not reachable",
            "badly",
            "Your server does not answer at the moment. We try again by ourselves.",
        ),
        ConnectionState.REVOKED: StateWords(
            "Ended",
            "badly",
            "This connection was ended at your server. Reconnect or unlink it.",
            can_reconnect=True,
        ),
    }
)


def state_words(state: str) -> StateWords:
    """Return the words for a connection's state."""
    return _STATES[ConnectionState(state)]
