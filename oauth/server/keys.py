"""The server's signing keys (RFC 7517), and their life: published first, signing later, retired.

Verifiers keep a copy of the JWK Set for a while. So a key is published a day before anything is
signed with it, and a day longer than the last thing it signed is of use.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from joserfc.jwk import ECKey, KeyParameters, RSAKey

PUBLISHED_AHEAD = timedelta(hours=24)
"""How long a key is published before it signs. Our JWK Set may be cached for an hour; a widespread
verifier (jwks-rsa) keeps it for ten by itself."""

OVERLAP = timedelta(hours=24)
"""How long a key stays published after its successor signs. Of what is verified by the JWK Set,
an ID token lives longest: minutes. Consent receipts live on, and have an archive of their own."""

RSA_BITS = 2048


class Algorithm(StrEnum):
    """What we sign with; each has keys of its own."""

    ES256 = "ES256"
    """ECDSA with P-256: what is used unless a client asks for the other."""

    RS256 = "RS256"
    """RSA: OpenID Connect Discovery, section 3, demands it, and it is the default of ID tokens."""


class KeyState(StrEnum):
    """Where in its life a key is."""

    UPCOMING = "upcoming"
    SIGNING = "signing"
    RETIRING = "retiring"
    RETIRED = "retired"


class Key(Protocol):
    """What a key's life is told from."""

    algorithm: str
    signs_from: datetime
    retires_at: datetime | None


K = TypeVar("K", bound=Key)

Wanted = Callable[[Sequence[Key], datetime], bool]
"""Says, of the keys of one algorithm, whether there has to be a new one now."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new signing key; the private half is to be sealed before it is kept."""

    kid: str
    algorithm: Algorithm
    public_jwk: dict[str, Any]
    private_jwk: dict[str, Any]

    def __repr__(self) -> str:
        return f"KeyPair({self.kid!r})"


def new_signing_key(algorithm: Algorithm = Algorithm.ES256) -> KeyPair:
    """Make a key, named by its thumbprint (RFC 7638); one for RSA takes a tenth of a second."""
    parameters: KeyParameters = {"use": "sig", "alg": str(algorithm)}
    key = (
        RSAKey.generate_key(RSA_BITS, parameters, auto_kid=True)
        if algorithm is Algorithm.RS256
        else ECKey.generate_key("P-256", parameters, auto_kid=True)
    )
    public = dict(key.as_dict(private=False))
    return KeyPair(str(public["kid"]), algorithm, public, dict(key.as_dict(private=True)))


def jwks(public_jwks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Make the document clients fetch."""
    return {"keys": list(public_jwks)}


def is_published(key: Key, now: datetime) -> bool:
    """Say whether what a key signed may be verified."""
    return key.retires_at is None or now < key.retires_at


def has_signed(key: Key, now: datetime) -> bool:
    """Say whether a key ever was the one that signs, retired or not."""
    return key.signs_from <= now and (key.retires_at is None or key.signs_from < key.retires_at)


def signing_key(keys: Iterable[K], algorithm: str, now: datetime) -> K:
    """Choose the key that signs: the newest of its algorithm whose time has come.

    When none has come, the next: the first key may be made where a clock is ahead of ours.

    Raises:
        ValueError: None of this algorithm is published.
    """
    published = [key for key in keys if key.algorithm == algorithm and is_published(key, now)]
    ready = [key for key in published if key.signs_from <= now]
    return max(ready, key=_turn) if ready else min(published, key=_turn)


def state_of(key: K, keys: Iterable[K], now: datetime) -> KeyState:
    """Say where in its life a key is, among all of them."""
    if not is_published(key, now):
        return KeyState.RETIRED
    if signing_key(keys, key.algorithm, now) is key:
        return KeyState.SIGNING
    return KeyState.UPCOMING if now < key.signs_from else KeyState.RETIRING


def none_yet(keys: Sequence[Key], now: datetime) -> bool:
    """Want a key where none is published: it signs at once, since nobody has a copy of a set."""
    return not any(is_published(key, now) for key in keys)


def none_upcoming(keys: Sequence[Key], now: datetime) -> bool:
    """Want a key unless one is on its way."""
    return not any(is_published(key, now) and now < key.signs_from for key in keys)


def older_than(age: timedelta) -> Wanted:
    """Want a key early enough for it to sign when the present one has signed for so long.

    Args:
        age: At least `PUBLISHED_AHEAD`.
    """

    def wanted(keys: Sequence[Key], now: datetime) -> bool:
        newest = max((key.signs_from for key in keys), default=None)
        return newest is not None and newest + age - PUBLISHED_AHEAD <= now

    return wanted


def _turn(key: Key) -> datetime:
    return key.signs_from
