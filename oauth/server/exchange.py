"""What one request is answered with: the server's terms, and one transaction's stores."""

from dataclasses import dataclass
from datetime import datetime

from oauth.server.stores import Stores
from oauth.server.tokens import Secrets, TokenIssuer


@dataclass(frozen=True, slots=True)
class Exchange:
    """The surroundings of one request.

    Args:
        issuer: The server's issuer identifier (RFC 8414, section 2).
        sections: Every section there is, in the order in which they are named.
        secrets: How secrets are made.
        stores: One transaction's view of what is kept.
        now: The present.
    """

    issuer: str
    sections: tuple[str, ...]
    secrets: Secrets
    stores: Stores
    now: datetime

    @property
    def tokens(self) -> TokenIssuer:
        """The issuer of tokens for this request."""
        return TokenIssuer(self.secrets, self.stores, self.now)
