"""What is behind a linked account: looked at, changed and used as a worker of the service does."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.connectors.bluesky import Bluesky, Resolver
from app.connectors.catalogue import Link
from app.outbound import Outbound
from app.settings import decode_server
from app.store.connections import Connection, ConnectionDigest, ConnectionState
from app.store.customers import open_box
from app.usecases.accounts import open_account, open_tokens, seal_tokens
from app.usecases.provider_tokens import ProviderTokens
from app.web.services import Services
from app.wiring import build
from context.post import Window
from oauth.link.provider import Tokens
from tests.foreign.atproto import Here
from tests.support.threads import in_thread


def behind(here: Here, use: Callable[[Services], Awaitable[Any]], **changes: Any) -> Any:
    """Use the services as a worker would: in a process's own loop, on the same database."""

    async def run() -> Any:
        runtime = build(here.settings.model_copy(update=changes))
        try:
            return await use(runtime.services)
        finally:
            await runtime.close()

    return in_thread(asyncio.run, run())


def row(here: Here, connection_id: str) -> tuple[Connection, bytes | None, Tokens | None]:
    """Look at a connection: its row, its digest as it is kept, and its tokens."""

    async def look(services: Services) -> tuple[Connection, bytes | None, Tokens | None]:
        async with services.database.reading() as session:
            found = await session.get(Connection, connection_id)
            kept = await session.get(ConnectionDigest, connection_id)
            box = await open_box(session, services.vault, found.customer_id)
        return found, kept and kept.sealed, open_tokens(box, found)

    return behind(here, look)


def keep(here: Here, connection_id: str, tokens: Tokens) -> None:
    """Put other tokens in the place of those that are kept."""

    async def put(services: Services) -> None:
        async with services.database.writing() as session:
            found = await session.get(Connection, connection_id)
            box = await open_box(session, services.vault, found.customer_id)
            found.sealed_tokens = seal_tokens(box, connection_id, tokens)

    behind(here, put)


def end_soon(here: Here, connection_id: str) -> Tokens:
    """Let the access token end in a minute, as far as we know; return the tokens."""
    *_, tokens = row(here, connection_id)
    soon = here.served.services.clock() + timedelta(minutes=1)
    ending = replace(tokens, expires_at=soon)
    keep(here, connection_id, ending)
    return ending


def refresh(here: Here, connection_id: str, **changes: Any) -> ConnectionState | None:
    """Read a connection's window now, as a worker does."""

    async def read(services: Services) -> ConnectionState | None:
        async with services.database.writing() as session:
            found = await session.get(Connection, connection_id)
            found.due_at = services.clock()
        return await services.refresh.refresh(connection_id)

    return behind(here, read, **changes)


def window(here: Here, connection_id: str) -> Window:
    """Read the window with what is kept of a connection, and look at its posts."""

    async def fetch(services: Services) -> Window:
        async with services.database.reading() as session:
            found = await session.get(Connection, connection_id)
            box = await open_box(session, services.vault, found.customer_id)
        exceptions = here.settings.outbound_exceptions
        resolver = Resolver(decode_server(here.settings.dns_server))
        directory = str(here.settings.bluesky_directory)
        connector = Bluesky(services.clock, directory, resolver, exceptions)
        auth = connector.auth(found.instance, open_tokens(box, found))
        link = Link(found.instance, open_account(box, found), auth)
        async with Outbound(exceptions).client() as client:
            return await connector.fetch(client, link, services.clock())

    return behind(here, fetch)


def renew(here: Here, instance: str, tokens: Tokens) -> Tokens:
    """Have tokens renewed, as whoever has all that we have would."""

    async def ask(services: Services) -> Tokens:
        renewing: ProviderTokens = services.refresh._windows._tokens
        return await renewing.renew("bluesky", instance, tokens)

    return behind(here, ask)
