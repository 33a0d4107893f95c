"""The connector: her account found and told, her window fetched."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial

import httpx

from app.clock import Clock
from app.connectors.bluesky.address import NotAnAccount, read
from app.connectors.bluesky.description import (
    ABOUT,
    AUTHOR_FEED,
    HER_PAGES,
    NETWORK_PAGES,
    PROFILE,
    PROFILE_PAGES,
    SCOPES,
    TIMELINE,
)
from app.connectors.bluesky.fetching import Gone
from app.connectors.bluesky.identity import Identities, Identity, issued_to
from app.connectors.bluesky.metadata import issuer_of, provider_at
from app.connectors.bluesky.names import TextRecords
from app.connectors.bluesky.posts import Entity, her_posts, network_posts, written_at
from app.connectors.bluesky.profile import profile
from app.connectors.bluesky.xrpc import Api
from app.connectors.catalogue import Account, Destination, Link
from app.connectors.errors import AccessRevoked, ConnectorError, ProviderChanged
from app.connectors.presence import Presence, PresentWindow
from context.post import (
    MAX_NETWORK_POSTS,
    MAX_POSTS,
    NETWORK_DAYS,
    WINDOW_DAYS,
    Post,
    Window,
)
from oauth.link.dpop import DpopAuth
from oauth.link.provider import Provider, Tokens


class Bluesky:
    """Links and reads accounts of the AT Protocol's network.

    Args:
        clock: The present, as of which requests are signed.
        directory: Base address of the directory of `did:plc`.
        records: Looks up TXT records.
        exceptions: Exact `host:port` pairs that need no TLS; those of the outbound guard.
    """

    about = ABOUT

    def __init__(
        self,
        clock: Clock,
        directory: str,
        records: TextRecords,
        exceptions: frozenset[str] = frozenset(),
    ) -> None:
        self._clock = clock
        self._identities = Identities(directory, records, exceptions)
        self._exceptions = exceptions

    async def find(self, client: httpx.AsyncClient, typed: str, now: datetime) -> Destination:
        """Return the authorization server of what she typed: an account, or a server.

        Raises:
            NotAnAccount: It names neither.
            ConnectorError: What it names does not answer well.
        """
        name = read(typed, self._exceptions)
        if name.did:
            identity = await self._identities.of(client, name.did, now)
            return await self._to(client, identity, name.did, now)
        if name.handle:
            named = await self._identities.named(client, name.handle, now)
            if named is not None:
                return await self._to(client, named, name.handle, now)
        try:
            return Destination(await self._issuer_at(client, name.server, now))
        except ProviderChanged:
            raise NotAnAccount(
                "There is no account of this name, or it does not confirm the name. Give your"
                " handle as your profile shows it, or the address of your server."
            ) from None

    async def provider(self, client: httpx.AsyncClient, instance: str, now: datetime) -> Provider:
        """Describe an authorization server.

        Raises:
            ConnectorError: It does not describe itself, or lacks what the profile requires.
        """
        return await provider_at(client, instance, SCOPES, self._exceptions, now)

    def auth(self, instance: str, tokens: Tokens) -> httpx.Auth:
        """Return what signs requests with a session's key; which server's is known when read.

        Raises:
            AccessRevoked: There is no key any more, and so no access.
        """
        if tokens.binding is None:
            raise AccessRevoked("There is no key to read this account with.")
        key = tokens.binding.dpop_key
        return DpopAuth(key, self._clock, instance, tokens.access_token)

    async def identify(
        self, client: httpx.AsyncClient, instance: str, tokens: Tokens, now: datetime
    ) -> Account:
        """Tell whose account tokens are for, if the one who issued them may say so.

        Any server can issue tokens for any name: what counts is whom the account's own server
        trusts.

        Raises:
            ConnectorError: It may not, or the account cannot be looked up.
        """
        if "atproto" not in tokens.scope.split():
            raise ProviderChanged("The server does not grant what it was asked for.")
        identity = await self._identities.of(client, issued_to(tokens.subject), now)
        if await issuer_of(client, identity.server, self._exceptions, now) != instance:
            raise ProviderChanged("The server is not the one that signs in for this account.")
        return Account(identity.did, await self._identities.shown(client, identity, now))

    async def fetch(self, client: httpx.AsyncClient, link: Link, now: datetime) -> Window:
        """Fetch the window: her posts of 30 days, her network's of three, what is said of her.

        Either all of it or an error: half a window would be a mixture.

        Raises:
            ConnectorError: A part of it cannot be had.
        """
        did = link.account.id
        identity = await self._identity(client, link, now)
        api = Api(client, identity.server, _signed(link).at(identity.server), now)
        hers = await _collect(
            api.feed(AUTHOR_FEED, HER_PAGES, actor=did),
            partial(her_posts, did=did),
            since=now - timedelta(days=WINDOW_DAYS),
            at_most=MAX_POSTS,
        )
        network = await _collect(
            api.feed(TIMELINE, NETWORK_PAGES),
            partial(network_posts, did=did),
            since=now - timedelta(days=NETWORK_DAYS),
            at_most=MAX_NETWORK_POSTS,
        )
        content = await api.get(PROFILE, actor=did)
        return PresentWindow(
            posts=hers,
            network=network,
            account=profile(content),
            presence=await self._presence(client, identity, now),
        )

    async def _presence(
        self, client: httpx.AsyncClient, identity: Identity, now: datetime
    ) -> Presence | None:
        """Tell where she is on the web, and which domain is hers: her handle, once confirmed."""
        try:
            shown = await self._identities.shown(client, identity, now)
        except ConnectorError:
            return None
        handles = [shown.removeprefix("@")] if shown.startswith("@") else []
        names = [*handles, identity.did]
        return Presence.of((f"{PROFILE_PAGES}/{name}" for name in names), domains=handles)

    async def _identity(self, client: httpx.AsyncClient, link: Link, now: datetime) -> Identity:
        """Find her server, which may have changed, and see that the token is for it."""
        _signed(link)
        try:
            identity = await self._identities.of(client, link.account.id, now)
        except Gone:
            raise AccessRevoked("The account is gone.") from None
        if await issuer_of(client, identity.server, self._exceptions, now) != link.instance:
            raise AccessRevoked("The account has moved to another server.")
        return identity

    async def _to(
        self, client: httpx.AsyncClient, identity: Identity, hint: str, now: datetime
    ) -> Destination:
        issuer = await issuer_of(client, identity.server, self._exceptions, now)
        return Destination(issuer, hint, identity.did)

    async def _issuer_at(self, client: httpx.AsyncClient, server: str, now: datetime) -> str:
        try:
            return await issuer_of(client, server, self._exceptions, now)
        except ProviderChanged:  # it may be one that signs in for others, and holds no accounts
            return (await self.provider(client, server, now)).issuer


def _signed(link: Link) -> DpopAuth:
    if not isinstance(link.auth, DpopAuth):
        raise AccessRevoked("There is no access to this account.")
    return link.auth


async def _collect(
    pages: AsyncIterator[list[Entity]],
    read_item: Callable[[Entity], list[Post]],
    *,
    since: datetime,
    at_most: int,
) -> list[Post]:
    posts: list[Post] = []
    async for page in pages:
        try:
            within = [item for item in page if written_at(item) >= since]
            posts += [post for item in within for post in read_item(item)]
        except (KeyError, TypeError, ValueError, AttributeError):  # the cause may quote a post
            raise ProviderChanged("The network sends posts of an unknown form.") from None
        if len(within) < len(page) or len(posts) >= at_most:
            break
    return posts[:at_most]
