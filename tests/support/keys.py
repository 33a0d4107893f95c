"""Signing keys for tests: making and reading an RSA key costs more than most tests do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from app.usecases import signing_keys
from oauth.server.keys import Algorithm, KeyPair, new_signing_key
from oauth.server.signing import Signer

MOST = 16
"""More than one test's keys, which have to differ."""


class KeysAtHand:
    """Makes real keys, hands each of them out again after many others, and reads each once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Algorithm, int], KeyPair] = {}
        self._numbers = {algorithm: count() for algorithm in Algorithm}
        self._signers: dict[str, Signer] = {}

    def new(self, algorithm: Algorithm = Algorithm.ES256) -> KeyPair:
        """Stand in for `new_signing_key`."""
        place = (algorithm, next(self._numbers[algorithm]) % MOST)
        if place not in self._made:
            self._made[place] = new_signing_key(algorithm)
        return self._made[place]

    def of(self, private_jwk: Mapping[str, Any]) -> Signer:
        """Stand in for `Signer.of`."""
        kid = private_jwk["kid"]
        if kid not in self._signers:
            self._signers[kid] = Signer.of(private_jwk)
        return self._signers[kid]


@contextmanager
def keys_at_hand() -> Iterator[None]:
    """Let deployments in this process share their keys."""
    at_hand = KeysAtHand()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_keys, "new_signing_key", at_hand.new)
        patch.setattr(signing_keys, "Signer", at_hand)
        yield
