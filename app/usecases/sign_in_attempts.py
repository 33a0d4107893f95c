"""Attempts to sign in at an OpenID provider: kept while she is away, used once, by her browser."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from app.clock import Clock
from app.errors import Forbidden
from app.ids import new_secret, secret_hash
from app.store.engine import Database
from app.store.secrets import Vault
from app.store.sign_in_attempts import (
    SignInAttempt,
    Wish,
    consume_sign_in_attempt,
    find_sign_in_attempt,
)
from app.usecases.customers import CurrentSession
from oauth.link.openid import Asked

ATTEMPT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What she goes for, and where she goes on to."""

    wish: Wish
    return_to: str


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that has just been used up."""

    attempt: SignInAttempt
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


class SignInAttempts:
    """Keeps attempts.

    Args:
        database: Where.
        vault: Seals what is kept of them.
        clock: The time.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def keep(
        self,
        asked: Asked,
        provider: str,
        wanted: Wanted,
        browser: str | None,
        session: CurrentSession | None,
    ) -> str:
        """Keep an attempt; return the secret that the browser must bring back.

        Args:
            asked: What the provider is asked.
            provider: Its name.
            wanted: What she goes for.
            browser: The secret that her browser has from an earlier attempt, if any.
            session: Hers, if she is signed in.
        """
        # One secret for all that a browser begins at once: a second tab does not stop the first.
        secret = browser or new_secret()
        state_hash, now = secret_hash(asked.state), self._clock()
        kept = json.dumps([asked.verifier, asked.nonce]).encode()
        attempt = SignInAttempt(
            state_hash=state_hash,
            browser_hash=secret_hash(secret),
            provider=provider,
            wish=wanted.wish,
            customer_id=None if session is None else session.customer_id,
            session_hash=None if session is None else session.session_hash,
            return_to=wanted.return_to,
            sealed=self._vault.service.seal(kept, _place(state_hash)),
            begun_at=now,
            expires_at=now + ATTEMPT_LIFETIME,
        )
        async with self._database.writing() as transaction:
            transaction.add(attempt)
        return secret

    async def wanted(self, browser: str, state: str) -> Wanted | None:
        """Say what an attempt of this browser was for, used or not."""
        async with self._database.reading() as transaction:
            attempt = await find_sign_in_attempt(transaction, secret_hash(state))
        if attempt is None or attempt.browser_hash != secret_hash(browser):
            return None
        return Wanted(Wish(attempt.wish), attempt.return_to)

    async def take(self, browser: str, session: CurrentSession | None, state: str) -> Taken:
        """Use an attempt up.

        Args:
            browser: The secret that the browser brought.
            session: Hers, if she is signed in.
            state: By which the attempt is found.

        Raises:
            Forbidden: It is another browser's or session's, used, expired or unknown.
        """
        now, state_hash, browser_hash = self._clock(), secret_hash(state), secret_hash(browser)
        async with self._database.writing() as transaction:
            consumed = await consume_sign_in_attempt(transaction, state_hash, browser_hash, now)
            attempt = await find_sign_in_attempt(transaction, state_hash)
        if attempt is None or not consumed:
            raise _why_not(attempt, browser_hash)
        # The session it was begun in must be there to see it end.
        if attempt.session_hash not in (None, session and session.session_hash):
            raise _not_begun_here()
        verifier, nonce = json.loads(self._vault.service.open(attempt.sealed, _place(state_hash)))
        return Taken(attempt, verifier, nonce)


def _why_not(attempt: SignInAttempt | None, browser_hash: str) -> Forbidden:
    if attempt is None or attempt.browser_hash != browser_hash:
        return _not_begun_here()
    if attempt.consumed_at is not None:
        return Forbidden("This sign-in was used already; begin again.", code="openid_used")
    return Forbidden("This sign-in took longer than ten minutes.", code="openid_expired")


def _not_begun_here() -> Forbidden:
    return Forbidden("This sign-in was not begun in this browser.", code="openid_not_here")


def _place(state_hash: str) -> str:
    return f"sign_in_attempts.sealed:{state_hash}"
