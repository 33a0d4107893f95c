"""How fetching from a provider can fail; none of these ever carries what was fetched.

ConnectorError
├── AccessRevoked        our access has ended for good: she must link again
├── ProviderDown         it does not answer well at present; try again later
└── ProviderChanged      it answers well, with something we do not understand
"""

from datetime import timedelta


class ConnectorError(Exception):
    """Base of what can go wrong while fetching."""


class AccessRevoked(ConnectorError):
    """What she linked is not to be read any more, such as by a token; she must link again."""


class ProviderDown(ConnectorError):
    """The provider does not answer well at present; what we have is kept.

    Args:
        reason: What happened, in our own words.
        retry_after: How long it asks to be left alone, if it said so.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class ProviderChanged(ConnectorError):
    """The provider answers with something we do not understand; it may need another connector."""
