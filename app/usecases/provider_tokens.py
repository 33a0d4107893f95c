"""What a provider issued for an account: renewed while it is linked, ended when it is not."""

import logging

import httpx

from app.clock import Clock
from app.connectors.catalogue import Catalogue
from app.connectors.errors import AccessRevoked, ConnectorError, ProviderDown
from app.connectors.patience import retry_after, wait_until
from app.errors import MilieuError
from app.outbound import Outbound, OutboundFailed
from app.usecases.registrations import Registrations
from oauth.link.errors import ClientUnknown, LinkError, LinkRefused, ProviderUnusable
from oauth.link.flow import renew, revoke
from oauth.link.provider import Provider, Registration, Tokens

# RFC 6749, section 4.1.2.1: what a server says that is overloaded; it is no word on a token.
TRY_LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down"})

logger = logging.getLogger(__name__)


class ProviderTokens:
    """Renews and ends our tokens at providers.

    Args:
        clock: The present.
        outbound: Calls providers.
        catalogue: The connectors.
        registrations: Who we are to each provider.
    """

    def __init__(
        self,
        clock: Clock,
        outbound: Outbound,
        catalogue: Catalogue,
        registrations: Registrations,
    ) -> None:
        self._clock = clock
        self._outbound = outbound
        self._catalogue = catalogue
        self._registrations = registrations

    def auth(self, provider_name: str, instance: str, tokens: Tokens | None) -> httpx.Auth | None:
        """Return what puts tokens on requests to her server; None where there are none."""
        if tokens is None:
            return None
        return self._catalogue.linked_by_oauth(provider_name).auth(instance, tokens)

    async def renew(self, provider_name: str, instance: str, tokens: Tokens) -> Tokens:
        """Have tokens renewed; those from before may be good for nothing from then on.

        Only who holds the lease on the connection may do so: a provider takes a refresh token
        that comes twice for a stolen one (RFC 9700, section 4.14).

        Raises:
            AccessRevoked: The provider does not renew them: she must link again.
            ProviderDown: It does not answer well.
        """
        try:
            async with self._outbound.client() as client:
                provider, registration = await self._at(client, provider_name, instance)
                return await renew(client, provider, registration, tokens, self._clock())
        except (ClientUnknown, LinkRefused) as error:
            if isinstance(error, LinkRefused) and error.code in TRY_LATER:
                raise ProviderDown("The provider asks for patience.") from None
            raise AccessRevoked("The provider does not renew our access.") from None
        except ProviderUnusable as error:
            moment = retry_after(error.retry_after, self._clock())
            wait = wait_until(moment, self._clock())
            raise ProviderDown("The provider does not answer well.", wait) from None
        except OutboundFailed:
            raise ProviderDown("The provider does not answer.") from None

    async def revoke(self, provider_name: str, instance: str, tokens: Tokens) -> bool:
        """End our access at the provider; say whether it confirmed."""
        try:
            async with self._outbound.client() as client:
                provider, registration = await self._at(client, provider_name, instance)
                await revoke(client, provider, registration, tokens, self._clock())
        except (LinkError, ConnectorError, MilieuError) as error:
            logger.warning("provider does not confirm a revocation: %s", type(error).__name__)
            return False
        return True

    async def _at(
        self, client: httpx.AsyncClient, provider_name: str, instance: str
    ) -> tuple[Provider, Registration]:
        connector = self._catalogue.linked_by_oauth(provider_name)
        provider = await connector.provider(client, instance, self._clock())
        registration = await self._registrations.find(provider_name, provider)
        if registration is None:
            raise ClientUnknown("There is no registration any more.")
        return provider, registration
