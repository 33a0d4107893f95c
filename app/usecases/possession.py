"""Whether a presented access token is for this API, and in the hands it was issued to."""

import hmac
from dataclasses import dataclass

from app.clock import Clock
from app.errors import ProofNeeded, Unauthenticated
from app.store.authorization import with_stores
from app.store.engine import Database
from app.store.reads import TokenRow
from app.store.secrets import Vault
from oauth.server.dpop import SCHEME, Nonces, verified_proof
from oauth.server.errors import InvalidDpopProof, UseDpopNonce
from oauth.server.resources import API_PATH


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """An access token as it came; neither it nor its proof ever shows in a repr.

    Attributes:
        token: The token.
        scheme: The authentication scheme: `Bearer` or `DPoP`.
        proof: The proof of possession, if one came along.
        method: The request's method.
        path: The request's path.
    """

    token: str
    scheme: str
    proof: str | None
    method: str
    path: str

    def __repr__(self) -> str:
        return f"PresentedToken({self.scheme!r}, {self.path!r})"


class _Downgraded(InvalidDpopProof):
    error = "invalid_token"


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

    async def check(self, presented: PresentedToken, token: TokenRow) -> None:
        """Refuse a token that is for another resource, or comes without the proof it needs.

        Raises:
            Unauthenticated: It is for another resource, or is presented as what it is not.
            ProofNeeded: It is bound to a key, and the proof is missing, bad or used.
        """
        if self._issuer + API_PATH not in token.audience:
            raise Unauthenticated("The access token is for another resource; get one for this API.")
        if token.jkt is None:
            if presented.scheme == SCHEME:
                raise Unauthenticated("The access token is not bound to a key: send it as Bearer.")
            return
        nonces = Nonces(self._vault.derive, self._clock())
        try:
            await self._check_proof(presented, token.jkt, nonces)
        except (InvalidDpopProof, UseDpopNonce) as error:
            raise ProofNeeded(
                f"{error.description}.", code=str(error.error), nonce=nonces.current
            ) from error

    async def _check_proof(self, presented: PresentedToken, jkt: str, nonces: Nonces) -> None:
        if presented.scheme != SCHEME:
            raise _Downgraded("The access token is bound to a key: send it as DPoP")
        uri = self._issuer + presented.path
        proof = verified_proof(
            presented.proof or "", presented.method, uri, nonces, presented.token
        )
        if not hmac.compare_digest(proof.jkt, jkt):
            raise InvalidDpopProof("The proof is by another key than the one of the token")
        async with self._database.writing() as session:
            is_first = await with_stores(
                session, lambda stores: stores.is_first_use(proof.once, proof.until)
            )
        if not is_first:
            raise InvalidDpopProof("The proof was used before (jti)")
