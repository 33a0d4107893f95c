"""What one request is answered with: the server's terms, and one transaction's stores."""

from dataclasses import dataclass
from datetime import datetime

from oauth.server import dpop
from oauth.server.signing import NO_KEYS, KeyRing
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
        keys: The server's keys, where something is signed or verified.
        proof: That the client has a key, if it sent one.
    """

    issuer: str
    sections: tuple[str, ...]
    secrets: Secrets
    stores: Stores
    now: datetime
    keys: KeyRing = NO_KEYS
    proof: dpop.Proof | None = None

    @property
    def jkt(self) -> str | None:
        """Thumbprint of the key the client proved to have, if it did."""
        return None if self.proof is None else self.proof.jkt

    @property
    def nonces(self) -> dpop.Nonces:
        """The nonces that proofs may carry."""
        return dpop.Nonces(self.secrets.derive, self.now)

    @property
    def tokens(self) -> TokenIssuer:
        """The issuer of tokens for this request."""
        return TokenIssuer(self.secrets, self.stores, self.now, self.jkt)
