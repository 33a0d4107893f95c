"""What connectors share, how each describes itself, and all of them by name."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

import httpx

from app.errors import NotFound
from context.post import Window
from oauth.link.provider import Provider, Tokens


class Means(StrEnum):
    """How she shows that an account is hers."""

    OAUTH = "oauth"
    PROOF = "proof"
    UPLOAD = "upload"


class Reads(StrEnum):
    """What a connector can read."""

    POSTS = "posts"
    FOLLOWERS_ONLY = "followers_only"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Account:
    """A linked account.

    Attributes:
        id: What names it at its provider, the same whoever links it.
        handle: How she knows it.
    """

    id: str
    handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """What one account is read with.

    Attributes:
        instance: Base address of her server; empty where there is none.
        account: Whose window.
        auth: Puts what the provider issued on requests to her server; None where that is nothing.
        followers_only: Whether she wants what she writes for her followers to be read too.
    """

    instance: str
    account: Account
    auth: httpx.Auth | None = field(default=None, repr=False)
    followers_only: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where what she typed leads.

    Attributes:
        instance: Base address of her server.
        login_hint: The account she means, as her server knows it; empty if she named none.
        subject: Whose account her server has to say it is; empty if it may be any.
    """

    instance: str
    login_hint: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """What a provider is like.

    Attributes:
        name: In rows and addresses.
        title: On pages.
        linked_by: How she links an account.
        reads: What can be read.
        requests: How many requests one window takes at most.
        documentation: Where it is described what the connector speaks.
        terms: Where its terms stand, if it has any; `{instance}` is her server.
    """

    name: str
    title: str
    linked_by: Means
    reads: frozenset[Reads]
    requests: int
    documentation: tuple[str, ...]
    terms: str


class Described(Protocol):
    """Describes a provider."""

    @property
    def about(self) -> About:
        """What the provider is like."""
        ...


@runtime_checkable
class Connector(Described, Protocol):
    """Describes a provider and fetches windows from it."""

    async def fetch(self, client: httpx.AsyncClient, link: Link, now: datetime) -> Window:
        """Fetch the window: all of it, or an error.

        Args:
            client: A guarded HTTP client.
            link: What it is read with.
            now: The present.

        Raises:
            ConnectorError: A part of it cannot be had.
        """
        ...


@runtime_checkable
class OAuthConnector(Connector, Protocol):
    """Links accounts by sending her to the provider."""

    async def find(self, client: httpx.AsyncClient, typed: str, now: datetime) -> Destination:
        """Return the server, and perhaps the account, that she typed.

        Raises:
            Invalid: It names none.
            ConnectorError: What it names does not answer well.
        """
        ...

    async def provider(self, client: httpx.AsyncClient, instance: str, now: datetime) -> Provider:
        """Describe the OAuth of a server.

        Raises:
            ConnectorError: It does not describe itself well.
        """
        ...

    def auth(self, instance: str, tokens: Tokens) -> httpx.Auth:
        """Return what puts a token on requests to a server, and to it alone."""
        ...

    async def identify(
        self, client: httpx.AsyncClient, instance: str, tokens: Tokens, now: datetime
    ) -> Account:
        """Ask whose account tokens are for.

        Raises:
            ConnectorError: The server does not say.
        """
        ...


@dataclass(frozen=True, slots=True)
class Marks:
    """What shows, in a page, that the page is hers; one of them is enough.

    Attributes:
        token: Content of the page's verification tag.
        link: Address that the page links to with `rel="me"`.
        accounts: Plain addresses of accounts of hers that name the page: it may link to one of
            them in the same way, in the place of `link`.
    """

    token: str
    link: str
    accounts: frozenset[str] = field(default=frozenset(), repr=False)


@runtime_checkable
class ProofConnector(Connector, Protocol):
    """Links what she proves to be hers by what she puts there."""

    async def look(self, client: httpx.AsyncClient, typed: str, now: datetime) -> str:
        """Return the address of the page in which she has to prove it.

        Raises:
            Invalid: What she typed leads to nothing that can be linked.
            ConnectorError: It does not answer well.
        """
        ...

    async def prove(
        self, client: httpx.AsyncClient, page: str, marks: Marks, now: datetime
    ) -> Account:
        """Return the account, if the page shows that it is hers.

        Raises:
            Invalid: It does not; the text says what was looked for, and what was found.
            ConnectorError: It does not answer well.
        """
        ...


class Catalogue:
    """Finds connectors.

    Args:
        connectors: Every connector this deployment offers.
    """

    def __init__(self, *connectors: Described) -> None:
        self._connectors = {one.about.name: one for one in connectors}

    @property
    def names(self) -> list[str]:
        """The providers that can be linked, in the order in which they are offered."""
        return list(self._connectors)

    def find(self, name: str) -> Described:
        """Find a connector.

        Raises:
            NotFound: This provider is not offered here.
        """
        try:
            return self._connectors[name]
        except KeyError:
            raise _unknown(self.names) from None

    def fetching(self, name: str) -> Connector:
        """Find a connector that fetches windows.

        Raises:
            NotFound: There is none of this name.
        """
        connector = self.find(name)
        if not isinstance(connector, Connector):
            raise _unknown(self._by(Means.OAUTH, Means.PROOF))
        return connector

    def linked_by_oauth(self, name: str) -> OAuthConnector:
        """Find a connector that links by OAuth.

        Raises:
            NotFound: There is none of this name.
        """
        connector = self.find(name)
        if not isinstance(connector, OAuthConnector):
            raise _unknown(self._by(Means.OAUTH))
        return connector

    def linked_by_proof(self, name: str) -> ProofConnector:
        """Find a connector that links by a proof.

        Raises:
            NotFound: There is none of this name.
        """
        connector = self.find(name)
        if not isinstance(connector, ProofConnector):
            raise _unknown(self._by(Means.PROOF))
        return connector

    def _by(self, *means: Means) -> list[str]:
        return [name for name, one in self._connectors.items() if one.about.linked_by in means]


def _unknown(names: list[str]) -> NotFound:
    return NotFound(f"There is no connector of this name; there is: {', '.join(names)}.")
