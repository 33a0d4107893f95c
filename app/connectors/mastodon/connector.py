"""The connector: an instance's OAuth described, her account told, her window fetched."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial

import httpx

from app.connectors.catalogue import Account, Destination, Link
from app.connectors.errors import ProviderChanged
from app.connectors.mastodon.address import instance_of
from app.connectors.mastodon.api import Api
from app.connectors.mastodon.description import ABOUT, HER_PAGES, NETWORK_PAGES, OAUTH
from app.connectors.mastodon.presence import presence
from app.connectors.mastodon.profile import profile
from app.connectors.mastodon.statuses import Entity, her_post, network_post, written_at
from app.connectors.presence import PresentWindow
from app.connectors.standard import StandardOAuth
from context.post import (
    MAX_NETWORK_POSTS,
    MAX_POSTS,
    NETWORK_DAYS,
    WINDOW_DAYS,
    Post,
    Window,
)
from oauth.link.provider import Tokens

OWN_ACCOUNT = "/api/v1/accounts/verify_credentials"
# Numbers in Mastodon, ULIDs in GoToSocial, base62 in Pleroma; it becomes part of an address.
ACCOUNT_ID = re.compile(r"[0-9A-Za-z]{1,64}")
# A name, or a name and a host (https://docs.joinmastodon.org/entities/Account/#acct): it is shown
# on pages, so it must be text that can be.
ACCT = re.compile(r"[\w.@-]{1,320}")


class Mastodon(StandardOAuth):
    """Links and reads accounts on Mastodon instances.

    Args:
        exceptions: Exact `host:port` pairs that need no TLS; those of the outbound guard.
    """

    about, oauth = ABOUT, OAUTH

    def __init__(self, exceptions: frozenset[str] = frozenset()) -> None:
        self._exceptions = exceptions

    async def find(
        self,
        client: httpx.AsyncClient,  # noqa: ARG002 - an instance is known by its address alone
        typed: str,
        now: datetime,  # noqa: ARG002 - nothing is asked
    ) -> Destination:
        """Return the instance that she typed.

        Raises:
            InvalidAddress: It names none.
        """
        return Destination(instance_of(typed, self._exceptions))

    async def identify(
        self, client: httpx.AsyncClient, instance: str, tokens: Tokens, now: datetime
    ) -> Account:
        """Ask whose account tokens are for.

        Raises:
            ConnectorError: The instance does not say.
        """
        api = Api(client, instance, self.auth(instance, tokens), now)
        content = await api.get(OWN_ACCOUNT)
        try:
            account_id, acct = content["id"], content["acct"]
        except (KeyError, TypeError):
            raise ProviderChanged("The instance does not say whose account this is.") from None
        if not (_is(ACCOUNT_ID, account_id) and _is(ACCT, acct)):
            raise ProviderChanged("The instance does not say whose account this is.")
        host = httpx.URL(instance).netloc.decode("ascii")
        return Account(account_id, f"@{acct}" if "@" in acct else f"@{acct}@{host}")

    async def fetch(self, client: httpx.AsyncClient, link: Link, now: datetime) -> Window:
        """Fetch the window: her posts of 30 days, her network's of three, what is said of her.

        Either all of it or an error: half a window would be a mixture.

        Raises:
            ConnectorError: A part of it cannot be had.
        """
        api = Api(client, link.instance, link.auth, now)
        account = link.account
        hers = await _collect(
            api.pages(f"/api/v1/accounts/{account.id}/statuses", HER_PAGES),
            partial(her_post, followers_only=link.followers_only),
            since=now - timedelta(days=WINDOW_DAYS),
            at_most=MAX_POSTS,
        )
        network = await _collect(
            api.pages("/api/v1/timelines/home", NETWORK_PAGES),
            lambda status: network_post(status, account.id),
            since=now - timedelta(days=NETWORK_DAYS),
            at_most=MAX_NETWORK_POSTS,
        )
        content = await api.get(OWN_ACCOUNT)
        if not isinstance(content, dict):
            raise ProviderChanged("The instance describes her account in an unknown form.")
        return PresentWindow(
            posts=hers,
            network=network,
            account=profile(content),
            presence=presence(content, link.instance),
        )


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


async def _collect(
    pages: AsyncIterator[list[Entity]],
    read: Callable[[Entity], Post | None],
    *,
    since: datetime,
    at_most: int,
) -> list[Post]:
    posts: list[Post] = []
    async for page in pages:
        try:
            within = [status for status in page if written_at(status) >= since]
            posts += [post for status in within if (post := read(status)) is not None]
        except (KeyError, TypeError, ValueError, AttributeError):  # the cause may quote a post
            raise ProviderChanged("The instance sends statuses of an unknown form.") from None
        # Pleroma and Takahe order by when they received: what came late stands among newer ones.
        if 2 * len(within) < len(page) or len(posts) >= at_most:
            break
    return posts[:at_most]
