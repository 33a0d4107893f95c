"""Whether a presented access token is for this API, and in the hands it was issued to."""

from app.clock import Clock
from app.store.authorization import with_stores
from app.store.engine import Database
from app.store.secrets import Vault
from oauth.server.access import Issued, Presented, proof_of, use_up
from oauth.server.dpop import Nonces
from oauth.server.resources import API_PATH


class Possession:
    """Checks audience and possession.

    Args:
        database: Remembers which proofs were used.
        vault: Derives the nonces that proofs must carry.
        clock: The time.
        issuer: Public base address, without a slash at the end.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock, issuer: str) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._issuer = issuer

    async def check(self, presented: Presented, token: Issued) -> None:
        """Refuse a token that is for another resource, or comes without the proof it needs.

        Raises:
            AccessRefused: As `proof_of` and `use_up` say.
        """
        nonces = Nonces(self._vault.derive, self._clock())
        proof = proof_of(presented, token, self._issuer + API_PATH, nonces)
        if proof is None:
            return
        async with self._database.writing() as session:
            await with_stores(session, lambda stores: use_up(proof, token, nonces, stores))
