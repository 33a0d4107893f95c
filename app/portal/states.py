"""The states of a connection, in words, with what she can do about each."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from app.connectors.catalogue import Means
from app.portal.words import Tone
from app.store.connections import ConnectionState
from app.usecases.connection_view import ConnectionView
from context.joined import STALE_AFTER


@dataclass(frozen=True, slots=True)
class StateWords:
    """Where a connection stands, as the page shows it.

    Attributes:
        words: The badge.
        tone: Its colour.
        advice: What she can do; may be empty.
        working: Whether it is being read, which will end by itself.
        link_again: Whether linking it again is what helps.
    """

    words: str
    tone: Tone
    advice: str
    working: bool = False
    link_again: bool = False


_BADGES: MappingProxyType[ConnectionState, tuple[str, Tone]] = MappingProxyType(
    {
        ConnectionState.PENDING: ("Waiting", "even"),
        ConnectionState.ACTIVE: ("Active", "well"),
        ConnectionState.DEGRADED: ("Delayed", "even"),
        ConnectionState.REAUTH_REQUIRED: ("Link again", "badly"),
        ConnectionState.PROVIDER_DOWN: ("Not reachable", "badly"),
    }
)
_READ = frozenset({ConnectionState.PENDING, ConnectionState.ACTIVE, ConnectionState.DEGRADED})


def state_words(connection: ConnectionView, now: datetime) -> StateWords:
    """Say where a connection stands.

    Args:
        connection: Which.
        now: A connection that is due by now is being read, or will be in a moment.
    """
    state = connection.state
    if connection.linked_by is Means.UPLOAD:
        return _uploaded(connection, now)
    if state in _READ and connection.due_at is not None and connection.due_at <= now:
        return StateWords("Reading…", "even", "Your recent posts are being read.", working=True)
    words, tone = _BADGES[state]
    return StateWords(
        words, tone, connection.advice, link_again=state is ConnectionState.REAUTH_REQUIRED
    )


def _uploaded(connection: ConnectionView, now: datetime) -> StateWords:
    if connection.refreshed_at is None or now - connection.refreshed_at > STALE_AFTER:
        return StateWords(
            "Out of date", "even", "It is too old to say how you are. Upload a newer archive."
        )
    return StateWords("Uploaded", "well", connection.advice)
