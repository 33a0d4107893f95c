"""A company that reads contexts: the whole application, a customer with a digest, her consent."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.ids import new_id
from app.main import create_app
from app.settings import Settings
from app.store.connections import Connection, ConnectionDigest, ConnectionState
from app.store.customers import open_box
from app.store.secrets import Vault
from app.usecases.customers import CurrentSession
from app.usecases.giving import Choice
from app.usecases.renderings import digest_place
from app.usecases.sections import OFFERED
from app.wiring import Runtime, build
from context.analyse import analyse
from context.digest import Digest
from context.engines import load_engine
from context.post import Post, Window
from oauth.server.messages import OAuthRequest
from tests.support.clock import SettableClock
from tests.support.deployment import MASTER_KEY, PURPOSE
from tests.support.jose import Key, proof

ISSUER = "http://localhost:8000"
REDIRECT_URI = "https://crm.example/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str | None


class Company:
    """A registered client and what it does."""

    def __init__(self, http: httpx.AsyncClient, runtime: Runtime, client_id: str, secret: str):
        self.http = http
        self.services = runtime.services
        self.client_id = client_id
        self.secret = secret

    async def granted(
        self,
        customer_id: str,
        *sections: str,
        until: datetime | None = None,
        key: Key | None = None,
        **asking: str,
    ) -> Tokens:
        """Ask the customer, who grants these sections, and redeem the code (bound to a key)."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT_URI,
            "scope": " ".join(f"context:{section}" for section in OFFERED),
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
        } | asking
        request_id = await self.services.authorization.begin(
            OAuthRequest("GET", {}, tuple(asked.items()))
        )
        assert isinstance(request_id, str)
        her = CurrentSession("session", customer_id, self.services.clock())
        url = await self.services.consents.approve(request_id, her, Choice(sections, until))
        [code] = parse_qs(urlsplit(url).query)["code"]
        return await self._token(
            key,
            grant_type="authorization_code",
            code=code,
            redirect_uri=REDIRECT_URI,
            code_verifier=VERIFIER,
        )

    async def own_token(self) -> Tokens:
        """Get a token of its own, for look-ups."""
        return await self._token(grant_type="client_credentials", scope="context.lookup")

    async def read(self, token: str, **query: str) -> httpx.Response:
        return await self.http.get(
            "/v1/context", params=query, headers={"Authorization": f"Bearer {token}"}
        )

    async def look_up(self, token: str, kind: str, value: str, **more: object) -> httpx.Response:
        body = {"identifiers": [{"type": kind, "value": value}], "purpose": PURPOSE} | more
        return await self.http.post(
            "/v1/context/lookup", json=body, headers={"Authorization": f"Bearer {token}"}
        )

    async def _token(self, key: Key | None = None, **form: str) -> Tokens:
        headers = {} if key is None else {"DPoP": await self._proof(key)}
        answer = await self.http.post(
            "/oauth/token", data=form, headers=headers, auth=(self.client_id, self.secret)
        )
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json()["access_token"], answer.json().get("refresh_token"))

    async def _proof(self, key: Key) -> str:
        uri, now = f"{ISSUER}/oauth/token", self.services.clock()
        asking = {"DPoP": proof(key, "POST", uri, now)}
        form = {"grant_type": "client_credentials"}
        refused = await self.http.post("/oauth/token", data=form, headers=asking)
        return proof(key, "POST", uri, now, refused.headers["dpop-nonce"])


@pytest.fixture
async def runtime(database_url: str, clock: SettableClock) -> AsyncIterator[Runtime]:
    settings = Settings.model_validate(
        {
            "environment": "development",
            "issuer": ISSUER,
            "database_url": database_url,
            "master_key": MASTER_KEY,
        }
    )
    built = build(settings, clock)
    yield built
    await built.close()


@pytest.fixture
async def http(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client


async def company_named(http: httpx.AsyncClient, runtime: Runtime, name: str) -> Company:
    client, secret = await runtime.services.clients.create(
        name, "https://crm.example", [REDIRECT_URI], [PURPOSE], OFFERED
    )
    assert secret is not None
    return Company(http, runtime, client.id, secret)


@pytest.fixture
async def company(http: httpx.AsyncClient, runtime: Runtime) -> Company:
    return await company_named(http, runtime, "Northwind Broadband")


@pytest.fixture
async def rival(http: httpx.AsyncClient, runtime: Runtime) -> Company:
    return await company_named(http, runtime, "Southwind Broadband")


async def sign_up(runtime: Runtime, email: str) -> str:
    """Sign a customer in for the first time and return her id."""
    services = runtime.services
    await services.customers.request_sign_in(email, "context")
    assert services.outbox is not None
    token = re.search(r"/sign-in/(\S+)", services.outbox.mails()[0].text)
    assert token is not None
    return (await services.customers.sign_in(token[1])).customer_id


@pytest.fixture
async def mara(runtime: Runtime, clock: SettableClock) -> str:
    """A customer whose router keeps failing, with a refreshed connection; her id."""
    customer_id = await sign_up(runtime, "mara@example.org")
    await give_digest(runtime, customer_id, clock())
    return customer_id


@cache
def month(now: datetime) -> Digest:
    """Return the digest of a month of invented posts."""
    texts = [
        "the router lost the broadband signal again, so annoying",
        "another broadband outage, waiting for the router engineer all day",
        "lovely walk in the park with coffee and cake, such a happy morning",
        "broadband still broken, terrible service, the router blinks red",
        "great concert tonight, wonderful band and a happy crowd",
    ]
    posts = [
        Post("me", now - timedelta(hours=9 * number), texts[number % len(texts)])
        for number in range(70)
    ]
    return analyse(Window(posts), None, load_engine(), now)


async def give_digest(runtime: Runtime, customer_id: str, now: datetime) -> None:
    """Keep the digest of a month of invented posts for a customer."""
    digest = month(now)
    vault: Vault = runtime.services.vault
    async with runtime.services.database.writing() as session:
        box = await open_box(session, vault, customer_id)
        connection_id = new_id("con", now)
        session.add(
            Connection(
                id=connection_id,
                customer_id=customer_id,
                provider="mastodon",
                instance="https://social.example",
                account_index=connection_id,
                sealed_account=b"",
                sealed_tokens=b"",
                state=ConnectionState.ACTIVE,
                created_at=now,
                refreshed_at=now,
            )
        )
        await session.flush()
        session.add(
            ConnectionDigest(
                connection_id=connection_id,
                sealed=box.seal(digest.to_bytes(), digest_place(connection_id)),
                engine=digest.engine,
                refreshed_at=now,
            )
        )
