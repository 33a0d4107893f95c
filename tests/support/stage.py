"""The service's linking and refreshing beside a sandbox network, over real HTTP on loopback."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from app.connectors.archives import Archives, BlueskyArchive, MastodonArchive, XArchive
from app.connectors.catalogue import Catalogue, Connector
from app.connectors.feeds import Feeds
from app.connectors.mastodon import Mastodon
from app.ids import new_id
from app.outbound import Limits, Outbound
from app.sandbox.network import create_sandbox
from app.sandbox.people import Person
from app.sandbox.status import Visibility
from app.store.connections import Connection, ConnectionDigest
from app.store.customers import Customer, DataKey, open_box
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.analyses import Analyses
from app.usecases.connection_view import ConnectionView
from app.usecases.connections import Connections
from app.usecases.contexts import Contexts
from app.usecases.linking import Linking
from app.usecases.possession import Possession
from app.usecases.provider_tokens import ProviderTokens
from app.usecases.proving import Proving
from app.usecases.refresh import Refresh
from app.usecases.registrations import Identity, Registrations
from app.usecases.renderings import digest_place
from app.usecases.uploads import Uploads
from app.usecases.windows import Windows
from context.digest import Digest
from context.engines import load_engine
from tests.support.clock import SettableClock
from tests.support.servers import serving

CALLBACK = "https://milieu.test/connections/callback"
AT = "@"
"""Beside a callback's query: the last part of the address that it came to."""
DOCUMENT = "https://milieu.test/oauth-client-metadata.json"
EVERY = timedelta(hours=6)
LIMITS = Limits(connect_s=5, read_s=5, total_s=10, body_bytes=400_000)
PATIENCE = Limits(connect_s=5, read_s=0.2, total_s=10)
Answer = Callable[[Request], Awaitable[Response] | Response]


class Faults:
    """An ASGI layer that answers chosen requests to the API in the network's place."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.asked: list[str] = []
        self._planned: dict[int, Answer] = {}

    def answer(self, answer: Answer, after: int = 0) -> None:
        """Answer the API request that comes after so many others."""
        self._planned[len(self.asked) + after] = answer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/oauth/token")):
            await self.app(scope, receive, send)
            return
        number = len(self.asked)
        self.asked.append(scope["path"])
        planned = self._planned.pop(number, None)
        if planned is None:
            await self.app(scope, receive, send)
            return
        answer = planned(Request(scope, receive))
        response = await answer if asyncio.iscoroutine(answer) else answer
        await response(scope, receive, send)


@dataclass
class Network:
    """A sandbox network, served."""

    app: Starlette
    faults: Faults
    url: str
    clock: SettableClock

    @property
    def world(self):
        return self.app.state.world

    @property
    def controls(self):
        return self.app.state.controls

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def add(self, *handles: str, **about: Any) -> None:
        for handle in handles:
            self.world.add_person(Person(handle, handle.title(), **about))

    def said(
        self,
        handle: str,
        words: str,
        visibility: Visibility = Visibility.PUBLIC,
        **ago: float,
    ) -> None:
        """Let a person have posted some time ago."""
        now = self.clock()
        self.clock.set(now - timedelta(**ago))
        self.world.publish(handle, words, visibility=visibility)
        self.clock.set(now)

    def friends(self, handle: str, *others: str) -> None:
        for other in others:
            self.world.follow(handle, other)


@contextmanager
def network_at(clock: SettableClock) -> Iterator[Network]:
    """Serve an empty network whose time is the test's."""
    app = create_sandbox(clock=clock, storylines=())
    faults = Faults(app)
    with serving(faults) as url:
        yield Network(app, faults, url, clock)


async def browse(url: str, handle: str | None) -> dict[str, str]:
    """Answer the network's consent page as a person (None: declines it); return the callback."""
    async with httpx.AsyncClient(verify=False) as browser:
        page = await browser.get(url)
        assert page.status_code == 200, page.text
        form = {"ticket": re.search(r'name="ticket" value="([^"]+)"', page.text)[1]}
        form |= {"decision": "deny"} if handle is None else {"handle": handle}
        answer = await browser.post(httpx.URL(url).copy_with(query=None), data=form)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return came_back(answer.headers["location"])


def came_back(location: str) -> dict[str, str]:
    """Read the address to which a provider sends her back: its query, and beside it its end."""
    parts = urlsplit(location)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return query | {AT: parts.path.rpartition("/callback")[2].strip("/")}


class Returning(Connections):
    """Connections to which one comes back with all that `came_back` read."""

    async def finish_link(
        self, session_hash: str, params: Mapping[str, str], callback: str = ""
    ) -> str:
        query = {name: value for name, value in params.items() if name != AT}
        return await super().finish_link(session_hash, query, params.get(AT, callback))


class Stage:
    """The use cases as wiring would build them, and what tests look at behind their back."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: SettableClock,
        exceptions: frozenset[str],
        *,
        limits: Limits = LIMITS,
        chance: float = 0.5,
        callback: str = CALLBACK,
        engine: str = "light",
        more: Sequence[Connector] = (),
        keys: tuple[str, ...] = (),
    ) -> None:
        self.database, self.vault, self.clock = database, vault, clock
        self.due = asyncio.Event()
        self.engine = load_engine(engine)
        outbound = Outbound(exceptions, limits=limits)
        due = self.due
        exports = (MastodonArchive(), XArchive(), BlueskyArchive())
        catalogue = Catalogue(Mastodon(exceptions), Feeds(exceptions), *exports, *more)
        identity = Identity("Milieu", "https://milieu.test", callback, DOCUMENT)
        registrations = Registrations(database, vault, clock, identity, keys)
        tokens = ProviderTokens(clock, outbound, catalogue, registrations)
        linking = Linking(database, vault, clock, outbound, catalogue, registrations, tokens)
        proving = Proving(database, vault, clock, outbound, catalogue, "https://milieu.test")
        self.connections = Returning(
            database, vault, clock, catalogue, linking, proving, tokens, due
        )
        analyses = Analyses(database, vault, self.engine)
        self.uploads = Uploads(database, vault, clock, Archives(exports), analyses)
        self.refresh = Refresh(
            database,
            vault,
            clock,
            Windows(database, vault, clock, outbound, catalogue, tokens),
            analyses,
            EVERY,
            self.due,
            lambda: chance,
        )
        possession = Possession(database, vault, clock, "https://milieu.test")
        self.contexts = Contexts(database, vault, clock, possession)

    async def customer(self) -> str:
        """Add a customer with a data key."""
        customer_id = new_id("cus", self.clock())
        async with self.database.writing() as session:
            session.add(Customer(id=customer_id, created_at=self.clock()))
            await session.flush()
            session.add(
                DataKey(customer_id=customer_id, wrapped=self.vault.new_data_key(customer_id))
            )
        return customer_id

    async def link(self, customer_id: str, url: str, handle: str, browser: str = "browser") -> str:
        """Link an account, all the way; returns the connection's id."""
        asked = await self.connections.begin_link(customer_id, browser, "mastodon", url)
        return await self.connections.finish_link(browser, await browse(asked, handle))

    async def view(self, customer_id: str, connection_id: str) -> ConnectionView:
        """Return a connection as its owner sees it."""
        views = await self.connections.list(customer_id)
        return next(view for view in views if view.id == connection_id)

    async def row(self, connection_id: str) -> Connection | None:
        """Return a connection's row."""
        async with self.database.reading() as session:
            return await session.get(Connection, connection_id)

    async def digest(self, customer_id: str, connection_id: str) -> Digest | None:
        """Open a connection's digest."""
        async with self.database.reading() as session:
            kept = await session.get(ConnectionDigest, connection_id)
            if kept is None:
                return None
            box = await open_box(session, self.vault, customer_id)
            return Digest.from_bytes(box.open(kept.sealed, digest_place(connection_id)))

    async def version(self, customer_id: str) -> int:
        """Return the version of a customer's context."""
        async with self.database.reading() as session:
            return (await session.get(Customer, customer_id)).context_version
