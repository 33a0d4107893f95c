"""Our registrations as a client at instances: made on the fly, and made again when forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx
from sqlalchemy.exc import IntegrityError

from app.clock import Clock
from app.ids import secret_hash
from app.store.engine import Database
from app.store.provider_apps import (
    ProviderApp,
    delete_app_that_serves_nobody,
    find_app,
    replace_app,
    secret_place,
)
from app.store.secrets import Vault
from oauth.link.errors import ClientUnknown
from oauth.link.flow import check_registration
from oauth.link.provider import ClientAuthentication, Provider, Registration
from oauth.link.register import register_app

CALLBACK_LENGTH = 16

NONE_GIVEN: Mapping[str, Registration] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to an instance.

    Args:
        name: What her consent page there calls us.
        website: Where she can read who we are.
        redirect_uri: Where she comes back; what follows it tells from which provider.
        document: Where an instance can read all this itself, which is then our name there.
    """

    name: str
    website: str
    redirect_uri: str
    document: str = ""


class Registrations:
    """Keeps one registration per instance.

    Args:
        database: Where they are kept.
        vault: Seals their secrets.
        clock: The present.
        identity: Who we are.
        keys: Our private JWKs, as JSON, the newest first, for instances that know us by them.
        given: By the connector's name, registrations that the operator got from providers where
            nobody registers on the fly.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        identity: Identity,
        keys: tuple[str, ...] = (),
        given: Mapping[str, Registration] = NONE_GIVEN,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._identity = identity
        self._keys = keys
        self._given = given

    def callback(self, provider_name: str, provider: Provider) -> str:
        """Return the last part of the address where she comes back from a provider; may be empty.

        A provider that does not name itself in its answers is told by where they arrive (RFC 9700,
        section 4.4.2.2): a code that another one issued comes back elsewhere.
        """
        if provider.names_itself:
            return ""
        return secret_hash(f"{provider_name}|{provider.issuer}")[:CALLBACK_LENGTH]

    def redirect_uri(self, provider_name: str, provider: Provider) -> str:
        """Return the address where she comes back from a provider."""
        callback = self.callback(provider_name, provider)
        return self._identity.redirect_uri + (f"/{callback}" if callback else "")

    async def find(self, provider_name: str, provider: Provider) -> Registration | None:
        """Return the registration that is kept for an instance, if there is one."""
        known = self._known(provider_name, provider)
        if known is not None:
            return known
        app = await self._kept(provider_name, provider)
        return None if app is None else self._opened(app)

    async def ensure(
        self, client: httpx.AsyncClient, provider_name: str, provider: Provider
    ) -> Registration:
        """Return a registration that the instance knows at this moment.

        Mastodon forgets apps that nobody used for a day, and says so only once she stands on its
        error page; so it is asked before she is sent there, and registered with anew, once.

        Args:
            client: HTTP client that may call the instance.
            provider_name: The connector's name.
            provider: The instance.

        Raises:
            LinkError: The instance does not take us.
        """
        known = self._known(provider_name, provider)
        if known is not None:
            return known
        app = await self._kept(provider_name, provider)
        redirect_uri = self.redirect_uri(provider_name, provider)
        if app is not None and await self._is_good(client, provider, app, redirect_uri):
            return self._opened(app)
        fresh = await register_app(
            client,
            provider,
            name=self._identity.name,
            website=self._identity.website,
            redirect_uri=redirect_uri,
        )
        sealed = self._sealed(provider_name, provider, fresh, redirect_uri)
        return await self._keep(sealed, replacing=app)

    async def forget(self, provider_name: str, provider: Provider, client_id: str) -> None:
        """Forget a registration that an instance seems not to know, unless accounts depend on it.

        Some refuse a bad code in the same words (Takahe): one that anybody may have sent is no
        reason to take away what others are read by.
        """
        async with self._database.writing() as session:
            await delete_app_that_serves_nobody(session, provider_name, provider.issuer, client_id)

    def _known(self, provider_name: str, provider: Provider) -> Registration | None:
        """Return who we are where nothing is registered by ourselves."""
        if provider.authentication is ClientAuthentication.KEY:  # it reads our own description
            return Registration(self._identity.document, keys=self._keys)
        return self._given.get(provider_name)

    async def _kept(self, provider_name: str, provider: Provider) -> ProviderApp | None:
        async with self._database.reading() as session:
            return await find_app(session, provider_name, provider.issuer)

    async def _is_good(
        self, client: httpx.AsyncClient, provider: Provider, app: ProviderApp, redirect_uri: str
    ) -> bool:
        if app.redirect_uri != redirect_uri:
            return False
        try:
            await check_registration(
                client,
                provider,
                self._opened(app),
                self._clock(),
                redirect_uri=redirect_uri,
            )
        except ClientUnknown:
            return False
        return True

    async def _keep(self, fresh: ProviderApp, replacing: ProviderApp | None) -> Registration:
        known = None if replacing is None else replacing.app_client_id
        try:
            async with self._database.writing() as session:
                kept = await replace_app(session, fresh, known)
        except IntegrityError:  # somebody else registered for the first time in the same moment
            async with self._database.reading() as session:
                kept = await find_app(session, fresh.provider, fresh.instance) or fresh
        return self._opened(kept)

    def _sealed(
        self,
        provider_name: str,
        provider: Provider,
        registration: Registration,
        redirect_uri: str,
    ) -> ProviderApp:
        place = secret_place(provider_name, provider.issuer)
        return ProviderApp(
            provider=provider_name,
            instance=provider.issuer,
            app_client_id=registration.client_id,
            redirect_uri=redirect_uri,
            sealed_secret=self._vault.service.seal(registration.client_secret.encode(), place),
            registered_at=self._clock(),
        )

    def _opened(self, app: ProviderApp) -> Registration:
        place = secret_place(app.provider, app.instance)
        secret = self._vault.service.open(app.sealed_secret, place)
        return Registration(app.app_client_id, secret.decode())
