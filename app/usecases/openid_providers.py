"""The OpenID providers that people may sign in with: what we know of each, and for how long."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from cachetools import TTLCache

from app.clock import Clock
from app.errors import NotFound
from oauth.link.discovery import OpenIDProvider, discover, fetch_jwks
from oauth.link.id_token import Expected, Identity, KeyUnknown, judged
from oauth.link.provider import ClientAuthentication, Registration

KNOWN_FOR = timedelta(hours=1)
"""How long a provider's document and keys are taken as they were."""
KEYS_ASKED_AGAIN_AFTER = timedelta(minutes=1)
"""How soon an unknown key may have us ask again, whoever sent it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Configured:
    """One provider, as the operator configured it.

    Args:
        name: In addresses.
        title: On buttons.
        issuer: Its issuer identifier, to the letter.
        registration: Who we are there.
        authentication: How we show it.
        scopes: What is asked for.
        verifies_email: Whether its word is taken for whose an e-mail address is.
    """

    name: str
    title: str
    issuer: str
    registration: Registration = field(repr=False)
    authentication: ClientAuthentication = ClientAuthentication.BASIC
    scopes: tuple[str, ...] = ("openid",)
    verifies_email: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The scopes to ask for: an address that is believed must be asked for too."""
        wanted = (*self.scopes, "email") if self.verifies_email else self.scopes
        return tuple(dict.fromkeys(wanted))


@dataclass(frozen=True, slots=True)
class _Keys:
    jwks: Mapping[str, Any]
    fetched_at: datetime


class OpenIDProviders:
    """Knows the providers of this deployment.

    Args:
        configured: They, in the order of their buttons.
        exceptions: Exact `host:port` pairs whose addresses need no TLS.
        clock: The time.
    """

    def __init__(
        self, configured: Sequence[Configured], exceptions: frozenset[str], clock: Clock
    ) -> None:
        self.all = tuple(configured)
        self._exceptions = exceptions
        self._clock = clock
        places, lifetime = max(1, len(self.all)), KNOWN_FOR.total_seconds()

        def timer() -> float:
            return clock().timestamp()

        self._known: TTLCache[str, OpenIDProvider] = TTLCache(places, lifetime, timer=timer)
        self._keys: TTLCache[str, _Keys] = TTLCache(places, lifetime, timer=timer)

    def find(self, name: str) -> Configured:
        """Return a provider by its name.

        Raises:
            NotFound: Nobody signs in with such a one here.
        """
        found = next((one for one in self.all if one.name == name), None)
        if found is None:
            raise NotFound("There is no such way to sign in here.")
        return found

    def title_of(self, issuer: str) -> str | None:
        """Return what an issuer is called here, if one may sign in with it (still)."""
        return next((one.title for one in self.all if one.issuer == issuer), None)

    async def known(self, client: httpx.AsyncClient, configured: Configured) -> OpenIDProvider:
        """Return what a provider says of itself, asked within the hour.

        Raises:
            LinkError: It says nothing that we accept.
        """
        found = self._known.get(configured.name)
        if found is None:
            found = await discover(
                client,
                configured.issuer,
                authentication=configured.authentication,
                scopes=configured.asked,
                is_allowed=self._is_allowed,
            )
            self._known[configured.name] = found
        return found

    async def judged(
        self, client: httpx.AsyncClient, openid: OpenIDProvider, token: str, expected: Expected
    ) -> Identity:
        """Verify an ID token by the provider's keys, asked for anew where one is unknown.

        Raises:
            NotVerified: It is not what it should be.
            LinkError: The provider does not tell its keys.
        """
        keys = self._keys.get(openid.issuer) or await self._fetched(client, openid)
        try:
            return judged(token, keys.jwks, expected, self._clock())
        except KeyUnknown:
            if self._clock() - keys.fetched_at < KEYS_ASKED_AGAIN_AFTER:
                raise
        logger.info("an OpenID provider signs with a new key: its keys are asked for again")
        keys = await self._fetched(client, openid)
        return judged(token, keys.jwks, expected, self._clock())

    async def _fetched(self, client: httpx.AsyncClient, openid: OpenIDProvider) -> _Keys:
        keys = _Keys(await fetch_jwks(client, openid), self._clock())
        self._keys[openid.issuer] = keys
        return keys

    def _is_allowed(self, url: httpx.URL) -> bool:
        # What has no TLS must be an exception to the letter, port and all.
        pair = f"{url.host}:{url.port}".lower()
        return url.scheme == "https" or (url.scheme == "http" and pair in self._exceptions)
