"""A small network of the AT Protocol, served, and our connector to it."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from app.connectors.bluesky import Bluesky
from app.connectors.catalogue import Account, Link
from app.outbound import Limits, Outbound
from app.usecases.client_keys import client_keys, public_keys
from oauth.link.flow import depart, exchange
from oauth.link.provider import Registration, Tokens
from tests.support.clock import SettableClock
from tests.support.servers import serving
from tests.support.sky import Sky
from tests.support.stage import CALLBACK, DOCUMENT

MARA = "did:plc:maramaramaramaramaramara"
LIMITS = Limits(connect_s=5, read_s=5, total_s=10, body_bytes=400_000)


@dataclass
class World:
    """The network, and everything with which we meet it."""

    sky: Sky
    clock: SettableClock
    keys: tuple[str, ...]
    names: dict[str, list[str]]

    @property
    def exceptions(self) -> frozenset[str]:
        return frozenset({self.sky.url.removeprefix("http://")})

    @property
    def connector(self) -> Bluesky:
        return Bluesky(self.clock, self.sky.url, self.records, self.exceptions)

    @property
    def registration(self) -> Registration:
        return Registration(DOCUMENT, keys=self.keys)

    async def records(self, name: str) -> list[str]:
        return self.names.get(name, [])

    @asynccontextmanager
    async def client(self):
        async with Outbound(self.exceptions, limits=LIMITS).client() as client:
            yield client

    async def find(self, typed: str):
        async with self.client() as client:
            return await self.connector.find(client, typed, self.clock())

    async def tokens(self, did: str = MARA) -> Tokens:
        """Have tokens issued, as a link does."""
        now, connector = self.clock(), self.connector
        async with self.client() as client:
            provider = await connector.provider(client, self.sky.url, now)
            away = await depart(client, provider, self.registration, CALLBACK, now, did)
            back = self.sky.approve(away.url, did)
            return await exchange(
                client, provider, self.registration,
                code=back["code"], verifier=away.verifier, redirect_uri=CALLBACK,
                now=now, binding=away.binding,
            )  # fmt: skip

    async def identify(self, tokens: Tokens) -> Account:
        async with self.client() as client:
            return await self.connector.identify(client, self.sky.url, tokens, self.clock())

    async def fetch(self, tokens: Tokens | None = None):
        tokens = tokens or await self.tokens()
        auth = self.connector.auth(self.sky.url, tokens)
        link = Link(self.sky.url, Account(MARA, "@mara.test"), auth)
        self.sky.asked.clear()
        async with self.client() as client:
            return await self.connector.fetch(client, link, self.clock())


@pytest.fixture
def world(clock: SettableClock, vault) -> Iterator[World]:
    keys = client_keys(vault, 1)
    sky = Sky(clock, lambda: public_keys(keys))
    with serving(sky.app()) as sky.url:
        sky.join(MARA, "mara.test")
        yield World(sky, clock, keys, {"_atproto.mara.test.": [f"did={MARA}"]})
