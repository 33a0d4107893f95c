"""What our own server holds before it is measured: a client, customers, grants and tokens."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from app.clock import system_clock
from app.ids import ACCESS_TOKEN, REFRESH_TOKEN, new_id, new_secret, secret_hash
from app.store.customers import Customer, Subject
from app.store.engine import Database
from app.store.grants import Grant
from app.store.tokens import Token, TokenKind
from app.usecases.clients import Clients
from app.usecases.sections import OFFERED
from benchmarks.oauth.cases import Company, Seeds
from oauth.server.scopes import LOOKUP_SCOPE, scope_of

PURPOSE = "dpv:CustomerCare"
REDIRECT_URI = "https://bench.example/cb"
LIFETIME = timedelta(hours=12)


async def register(url: str) -> Company:
    """Register a company for every section there is.

    Args:
        url: Of a migrated database.
    """
    async with _database(url) as database:
        client, secret = await Clients(database, system_clock, OFFERED).create(
            "Bench", "https://bench.example", [REDIRECT_URI], [PURPOSE], list(OFFERED)
        )
    return Company(client.id, secret or "", REDIRECT_URI, scope_of(OFFERED), LOOKUP_SCOPE)


async def seed(url: str, company: Company, count: int) -> Seeds:
    """Make customers, each with a grant of everything, a refresh token and an access token."""
    async with _database(url) as database:
        pairs = [await _granted(database, company) for _ in range(count)]
    return Seeds(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


async def _granted(database: Database, company: Company) -> tuple[str, str]:
    now = system_clock()
    customer = Customer(id=new_id("cus", now), created_at=now)
    grant = Grant(
        id=new_id("gra", now),
        customer_id=customer.id,
        client_id=company.client_id,
        purpose=PURPOSE,
        sections=list(OFFERED),
        created_at=now,
    )
    tokens = {
        TokenKind.REFRESH: new_secret(REFRESH_TOKEN),
        TokenKind.ACCESS: new_secret(ACCESS_TOKEN),
    }
    family = secrets.token_hex(16)
    async with database.writing() as session:
        session.add(customer)
        await session.flush()
        session.add(
            Subject(
                subject=new_secret("sub_"), customer_id=customer.id, client_id=company.client_id
            )
        )
        session.add(grant)
        await session.flush()
        session.add_all(
            Token(
                token_hash=secret_hash(value),
                kind=kind,
                client_id=company.client_id,
                grant_id=grant.id,
                family=family,
                scope=company.scope,
                issued_at=now,
                expires_at=now + LIFETIME,
                audience="",
            )
            for kind, value in tokens.items()
        )
    return tokens[TokenKind.REFRESH], tokens[TokenKind.ACCESS]


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
