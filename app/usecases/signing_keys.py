"""The authorization server's signing keys: made, published, taken turns, retired; kept sealed."""

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cachetools import LRUCache, TTLCache

from app.clock import Clock
from app.store.engine import Database
from app.store.secrets import Vault
from app.store.signing_keys import (
    ERASED,
    SigningKey,
    erase_private_halves,
    hold_signing_keys,
    private_place,
    signing_keys,
)
from oauth.server.keys import (
    OVERLAP,
    PUBLISHED_AHEAD,
    Algorithm,
    KeyPair,
    KeyState,
    Wanted,
    has_signed,
    is_published,
    jwks,
    new_signing_key,
    none_upcoming,
    none_yet,
    older_than,
    signing_key,
    state_of,
)
from oauth.server.signing import Signer

SIGNER_KEPT_S = 60
"""So late at most does another process notice that a key was withdrawn."""

logger = logging.getLogger(__name__)


class SigningKeys:
    """The keys of this deployment; the first of each algorithm is made when one is asked for.

    Whoever wants a new key, several processes at once included, gets one and the same.

    Args:
        database: Where the keys are kept.
        vault: Seals the private halves.
        clock: The time.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._signers: TTLCache[Algorithm, Signer] = TTLCache(
            len(Algorithm), SIGNER_KEPT_S, timer=lambda: clock().timestamp()
        )
        # Reading an RSA key takes a tenth of a second, for it is checked to be one.
        self._opened: LRUCache[str, Signer] = LRUCache(len(Algorithm))

    async def jwks(self) -> dict[str, Any]:
        """Return the JWK Set to verify by what we sign: keys to come included, retired ones not."""
        now = self._clock()
        keys = await self._with_first_keys()
        return jwks(key.public_jwk for key in keys if is_published(key, now))

    async def signer(self, algorithm: str = Algorithm.ES256) -> Signer:
        """Return what signs now; remembered for a minute at most.

        Args:
            algorithm: ES256 or RS256.

        Raises:
            ValueError: We do not sign with that algorithm.
        """
        wanted = Algorithm(algorithm)
        signer = self._signers.get(wanted)
        if signer is None:
            keys = await self._with_first_keys()
            signer = self._open(signing_key(keys, wanted, self._clock()))
            self._signers[wanted] = signer
        return signer

    async def archive(self) -> dict[str, Any]:
        """Return every ES256 key that ever signed, as a JWK Set to verify old receipts by.

        A key that was withdrawn carries `revoked`, as in OpenID Federation's historical keys:
        whoever stole it can date a receipt as he likes.
        """
        now = self._clock()
        return jwks(
            _archived(key)
            for key in await self._all()
            if key.algorithm == Algorithm.ES256 and has_signed(key, now)
        )

    async def list(self) -> Sequence[tuple[SigningKey, KeyState]]:
        """List all keys, oldest first, each with where in its life it is."""
        now = self._clock()
        keys = await self._all()
        return [(key, state_of(key, keys, now)) for key in keys]

    async def rotate(self, algorithms: Iterable[Algorithm] = Algorithm) -> Sequence[SigningKey]:
        """Publish a successor to the key that signs; it takes over a day later.

        Args:
            algorithms: Of each of them, unless a successor is on its way already.

        Returns:
            The new keys.
        """
        return await self._make(algorithms, none_upcoming)

    async def rotate_older_than(self, age: timedelta) -> Sequence[SigningKey]:
        """Do what `rotate` does for keys that are about to have signed for so long.

        Args:
            age: A day at least.
        """
        return await self._make(Algorithm, older_than(age))

    async def replace(self, algorithms: Iterable[Algorithm] = Algorithm) -> Sequence[SigningKey]:
        """Withdraw all keys, those to come included, since they may have leaked.

        New ones sign at once, and nothing that the old ones signed is good any more, except with
        verifiers that keep an older copy of the JWK Set, for as long as they do.

        Returns:
            The new keys.
        """
        return await self._make(algorithms, lambda _keys, _now: True, withdraw=True)

    async def erase_retired(self) -> int:
        """Erase the private halves of keys that have retired; return how many."""
        async with self._database.writing() as session:
            erased = await erase_private_halves(session, self._clock())
        if erased:
            await self._database.scrub()
        return erased

    async def _all(self) -> Sequence[SigningKey]:
        async with self._database.reading() as session:
            return await signing_keys(session)

    async def _with_first_keys(self) -> Sequence[SigningKey]:
        keys = await self._all()
        now = self._clock()
        missing = [algorithm for algorithm in Algorithm if none_yet(_of(keys, algorithm), now)]
        if not missing:
            return keys
        await self._make(missing, none_yet)
        return await self._all()

    def _open(self, key: SigningKey) -> Signer:
        if key.kid not in self._opened:
            private = self._vault.service.open(key.sealed_private_jwk, private_place(key.kid))
            self._opened[key.kid] = Signer.of(json.loads(private))
        return self._opened[key.kid]

    async def _make(
        self, algorithms: Iterable[Algorithm], wanted: Wanted, *, withdraw: bool = False
    ) -> Sequence[SigningKey]:
        keys = await self._all()
        now = self._clock()
        # Before the transaction, which others wait for, and in a thread: RSA takes its time.
        pairs = [
            await asyncio.to_thread(new_signing_key, algorithm)
            for algorithm in algorithms
            if wanted(_of(keys, algorithm), now)
        ]
        made = await self._keep(pairs, wanted, withdraw=withdraw) if pairs else []
        self._signers.clear()
        self._opened.clear()
        for key in made:
            logger.info("new %s key %s, signs from %s", key.algorithm, key.kid, key.signs_from)
        return made

    async def _keep(
        self, pairs: Iterable[KeyPair], wanted: Wanted, *, withdraw: bool
    ) -> Sequence[SigningKey]:
        made = []
        async with self._database.writing() as session:
            await hold_signing_keys(session)
            # Another process may have made one since we looked.
            keys = await signing_keys(session)
            now = self._clock()
            for pair in pairs:
                others = _of(keys, pair.algorithm)
                if wanted(others, now):
                    at_once = withdraw or none_yet(others, now)
                    key = self._sealed(pair, now, now if at_once else now + PUBLISHED_AHEAD)
                    _step_back(others, key, withdraw=withdraw)
                    session.add(key)
                    made.append(key)
        if withdraw:
            await self._database.scrub()
        return made

    def _sealed(self, pair: KeyPair, now: datetime, signs_from: datetime) -> SigningKey:
        private = json.dumps(pair.private_jwk).encode()
        return SigningKey(
            kid=pair.kid,
            algorithm=pair.algorithm,
            public_jwk=pair.public_jwk,
            sealed_private_jwk=self._vault.service.seal(private, private_place(pair.kid)),
            created_at=now,
            signs_from=signs_from,
        )


def _of(keys: Iterable[SigningKey], algorithm: Algorithm) -> Sequence[SigningKey]:
    return [key for key in keys if key.algorithm == algorithm]


def _step_back(others: Iterable[SigningKey], successor: SigningKey, *, withdraw: bool) -> None:
    now = successor.created_at
    for key in others:
        if withdraw and is_published(key, now):
            key.retires_at = key.withdrawn_at = now
            key.sealed_private_jwk = ERASED
        elif key.retires_at is None:
            key.retires_at = successor.signs_from + OVERLAP


def _archived(key: SigningKey) -> dict[str, Any]:
    if key.withdrawn_at is None:
        return key.public_jwk
    return key.public_jwk | {"revoked": {"revoked_at": int(key.withdrawn_at.timestamp())}}
