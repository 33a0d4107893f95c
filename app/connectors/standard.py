"""Providers of standard OAuth: what their documentation says of it is data, and walks itself.

RFC 6749 with PKCE (RFC 7636), Bearer tokens (RFC 6750), revocation (RFC 7009) where there is one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from app.connectors.asking import asked, json_of
from app.connectors.catalogue import Destination
from app.connectors.errors import AccessRevoked, ProviderChanged, ProviderDown
from app.connectors.patience import retry_after, wait_until
from oauth.link.bearer import BearerAuth
from oauth.link.provider import ClientAuthentication, Provider, Tokens

INSTANCE = "{instance}"


@dataclass(frozen=True, slots=True)
class OAuthDescription:
    """A provider's OAuth, as it documents it. In addresses, `{instance}` is her server's.

    Attributes:
        issuer: Its issuer identifier.
        authorization_endpoint: Where she is sent.
        token_endpoint: Where a code becomes tokens, and where these are renewed.
        scopes: What we ask for; the least that lets us read.
        revocation_endpoint: Where tokens end, if it has one.
        registration_endpoint: Where we register on the fly, if it allows that.
        authentication: How we show who we are.
        names_itself: Whether its callbacks always carry `iss` (RFC 9207).
        resource: Where tokens are good for reading.
    """

    authorization_endpoint: str
    token_endpoint: str
    scopes: tuple[str, ...]
    issuer: str = INSTANCE
    revocation_endpoint: str | None = None
    registration_endpoint: str | None = None
    authentication: ClientAuthentication = ClientAuthentication.POST
    names_itself: bool = False
    resource: str = INSTANCE

    def at(self, instance: str) -> Provider:
        """Return the provider as it is at a server."""

        def there(address: str) -> str:
            return address.replace(INSTANCE, instance)

        def perhaps(address: str | None) -> str | None:
            return None if address is None else there(address)

        return Provider(
            issuer=there(self.issuer),
            authorization_endpoint=there(self.authorization_endpoint),
            token_endpoint=there(self.token_endpoint),
            revocation_endpoint=perhaps(self.revocation_endpoint),
            registration_endpoint=perhaps(self.registration_endpoint),
            scopes=self.scopes,
            authentication=self.authentication,
            names_itself=self.names_itself,
        )


class StandardOAuth:
    """Base of connectors whose provider's OAuth is described by data; they add what is read.

    Attributes:
        oauth: The description.
    """

    oauth: OAuthDescription

    async def find(
        self,
        client: httpx.AsyncClient,  # noqa: ARG002 - a provider at one place needs no looking for
        typed: str,  # noqa: ARG002 - nor does she have to say where it is
        now: datetime,  # noqa: ARG002 - nothing is asked
    ) -> Destination:
        """Return where the provider is: at one place, unless a connector says otherwise."""
        return Destination(self.oauth.issuer)

    async def provider(
        self,
        client: httpx.AsyncClient,  # noqa: ARG002 - everything is known
        instance: str,
        now: datetime,  # noqa: ARG002 - nothing is asked
    ) -> Provider:
        """Describe the OAuth of a server."""
        return self.oauth.at(instance)

    def auth(self, instance: str, tokens: Tokens) -> httpx.Auth:
        """Return what puts a token on requests to where it is good for reading, and there alone."""
        resource = self.oauth.resource.replace(INSTANCE, instance)
        return BearerAuth(tokens.access_token, resource)


async def get_json(
    client: httpx.AsyncClient, url: str, auth: httpx.Auth | None, now: datetime
) -> Any:  # noqa: ANN401 - somebody else's JSON
    """Return what an address answers, or tell what is the matter by its status (RFC 9110).

    Args:
        client: A guarded HTTP client.
        url: The address.
        auth: What puts her token on the request.
        now: The present, to read what is said about later.

    Raises:
        AccessRevoked: 401.
        ProviderDown: 429, 5xx, no answer, or one that is not JSON.
        ProviderChanged: Anything else that is no success.
    """
    answer = await asked(client, url, auth=auth)
    status = answer.status_code
    if status == httpx.codes.UNAUTHORIZED:
        raise AccessRevoked("The provider does not accept our access any more.")
    if status == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        moment = retry_after(answer.headers.get("Retry-After", ""), now)
        raise ProviderDown(f"The provider answers {status}.", wait_until(moment, now))
    if not answer.is_success:
        raise ProviderChanged(f"The provider answers {status}.")
    return json_of(answer)
