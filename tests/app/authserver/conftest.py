"""A CRM, a customer who consents, and the authorization server between them, over HTTP."""

import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.authserver import router
from app.errors import MilieuError
from app.ids import secret_hash
from app.store.customers import Customer, DataKey
from app.store.engine import Database
from app.store.reads import TokenRow, find_token
from app.usecases.admission import is_over, refusal_of
from app.usecases.asking import PendingConsent
from app.usecases.authorization import Authorization
from app.usecases.clients import Clients
from app.usecases.consent_log import ConsentLog
from app.usecases.consents import Consents
from app.usecases.customers import CurrentSession
from app.usecases.giving import Choice, Giving
from app.usecases.grants import Grants
from app.usecases.managed_grants import ManagedGrants
from app.usecases.receipts.facts import Party
from app.usecases.signing_keys import SigningKeys
from app.wiring import authorization_engine
from tests.support.clock import SettableClock
from tests.support.jose import ASSERTION_TYPE, Key, assertion, proof

ISSUER = "https://milieu.example"
SECTIONS = ("topics", "sentiment", "network", "rhythm")
CALLBACK = "https://crm.example/callback"
VERIFIER = "v" * 43
CUSTOMER = "cus_ada"
OPERATOR = Party(ISSUER, "Milieu", ISSUER)


def s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def query_of(url: str) -> dict[str, str]:
    """The query of an address, each parameter once."""
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


@dataclass
class Registered:
    """A registered client, with what it must not forget."""

    id: str
    secret: str | None
    key: Key | None = None

    @property
    def auth(self) -> tuple[str, str] | None:
        return None if self.secret is None else (self.id, self.secret)


async def register(clients: Clients, name: str, key: Key | None = None, **how: Any) -> Registered:
    """Register a client; with a key it authenticates by that."""
    client, secret = await clients.create(
        name,
        "https://crm.example",
        [CALLBACK, "http://127.0.0.1/back"],
        ["dpv:CustomerCare", "dpv:ServicePersonalisation"],
        ["topics", "sentiment", "network"],
        jwks=key.jwks if key else None,
        **how,
    )
    return Registered(client.id, secret, key)


@dataclass
class World:
    """Everything one story needs."""

    http: httpx.AsyncClient
    authorization: Authorization
    consents: Consents
    grants: Grants
    clients: Clients
    database: Database
    clock: SettableClock
    crm: Registered
    rival: Registered
    phone_app: Registered

    def asking(self, client: Registered | None = None, **changes: str | None) -> dict[str, str]:
        """The parameters of a good authorization request; None leaves one out."""
        parameters = {
            "response_type": "code",
            "client_id": (client or self.crm).id,
            "redirect_uri": CALLBACK,
            "scope": "context:topics context:sentiment",
            "state": "st4te",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in parameters.items() if value is not None}

    async def registered(self, name: str, **how: Any) -> Registered:
        """Register a further client: with `key=`, one that authenticates by that."""
        return await register(self.clients, name, **how)

    async def push(
        self, client: Registered | None = None, *, key: Key | None = None, **changes: str | None
    ) -> httpx.Response:
        """Push an authorization request."""
        form = dict(self.asking(client, **changes))
        return await self._post("/oauth/par", client or self.crm, form, key)

    async def pushed_code(
        self, client: Registered | None = None, *, key: Key | None = None, **how: Any
    ) -> str:
        """Push a request, have her consent to topics, and return the code."""
        pushed = (await self.push(client, key=key, **how)).json()
        request_id = await self.asked_by(pushed["request_uri"], client)
        return query_of(await self.approve(request_id, ["topics"]))["code"]

    async def asked_by(self, request_uri: str, client: Registered | None = None) -> str:
        """Bring a pushed request in her browser; return the id of the consent request."""
        by_name = {"client_id": (client or self.crm).id, "request_uri": request_uri}
        answer = await self.http.get("/oauth/authorize", params=by_name)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removeprefix("/consent/")

    async def introspect(
        self, token: str, client: Registered | None = None, **headers: str
    ) -> httpx.Response:
        return await self._post(
            "/oauth/introspect", client or self.crm, {"token": token}, headers=headers
        )

    async def userinfo(self, token: str, key: Key | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        if key is not None:
            made = await self.proof(key, "GET", "/oauth/userinfo", token=token)
            headers = {"Authorization": f"DPoP {token}", "DPoP": made}
        return await self.http.get("/oauth/userinfo", headers=headers)

    def assertion(self, client: Registered, **changes: object) -> str:
        assert client.key is not None
        return assertion(client.key, client.id, ISSUER, self.clock(), **changes)

    async def nonce(self) -> str:
        """The nonce that proofs must carry now, learnt as a client learns it."""
        first = proof(Key.new(), "POST", ISSUER + "/oauth/token", self.clock())
        form = {"grant_type": "client_credentials", "client_id": self.crm.id}
        answer = await self.http.post("/oauth/token", data=form, headers={"DPoP": first})
        return answer.headers["dpop-nonce"]

    async def proof(self, key: Key, method: str, path: str, **changes: Any) -> str:
        nonce = changes.pop("nonce", None) or await self.nonce()
        return proof(key, method, ISSUER + path, self.clock(), nonce, **changes)

    async def authorize(self, client: Registered | None = None, **changes: str | None):
        return await self.http.get("/oauth/authorize", params=self.asking(client, **changes))

    async def consent_request(self, client: Registered | None = None, **changes: str | None) -> str:
        """Ask, and return the id of the consent request."""
        answer = await self.authorize(client, **changes)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith("/consent/"), answer.headers["location"]
        return answer.headers["location"].removeprefix("/consent/")

    async def code(
        self,
        client: Registered | None = None,
        *,
        sections: tuple[str, ...] = ("topics",),
        until: datetime | None = None,
        **changes: str | None,
    ) -> str:
        """Ask and consent; return the code the client receives."""
        request_id = await self.consent_request(client, **changes)
        url = await self.approve(request_id, sections, until)
        return query_of(url)["code"]

    async def pending(self, request_id: str) -> PendingConsent:
        return await self.consents.pending(request_id, CUSTOMER)

    async def approve(
        self, request_id: str, sections: Sequence[str], until: datetime | None = None, **how
    ) -> str:
        """Let her give these sections; return the address she is sent back to."""
        choice = Choice(sections, until, **how)
        return await self.consents.approve(request_id, self.her_session(), choice)

    @staticmethod
    def choice(sections: Sequence[str], until: datetime | None = None, **how: Any) -> Choice:
        return Choice(sections, until, **how)

    async def deny(self, request_id: str) -> str:
        return await self.consents.deny(request_id, self.her_session())

    def her_session(self, signed_in_at: datetime | None = None) -> CurrentSession:
        return CurrentSession("session", CUSTOMER, signed_in_at or self.clock())

    async def redeem(
        self,
        code: str,
        client: Registered | None = None,
        *,
        key: Key | None = None,
        **changes: str | None,
    ) -> httpx.Response:
        return await self.token(
            client,
            key,
            grant_type="authorization_code",
            code=code,
            **{"redirect_uri": CALLBACK, "code_verifier": VERIFIER} | changes,
        )

    async def refresh(
        self,
        refresh_token: str,
        client: Registered | None = None,
        *,
        key: Key | None = None,
        **changes: str | None,
    ) -> httpx.Response:
        return await self.token(
            client, key, grant_type="refresh_token", refresh_token=refresh_token, **changes
        )

    async def token(
        self, client: Registered | None = None, key: Key | None = None, **form: str | None
    ) -> httpx.Response:
        return await self._post("/oauth/token", client or self.crm, form, key)

    async def revoke(self, token: str, client: Registered | None = None) -> httpx.Response:
        return await self._post("/oauth/revoke", client or self.crm, {"token": token})

    async def _post(
        self,
        path: str,
        client: Registered,
        form: dict[str, str | None],
        key: Key | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        fields = {name: value for name, value in form.items() if value is not None}
        sent = dict(headers or {})
        if key is not None:
            sent["DPoP"] = await self.proof(key, "POST", path)
        if client.key is not None:
            fields |= {
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self.assertion(client),
            }
        if client.auth is not None:
            return await self.http.post(path, data=fields, headers=sent, auth=client.auth)
        return await self.http.post(path, data={"client_id": client.id} | fields, headers=sent)

    async def tokens(
        self, client: Registered | None = None, key: Key | None = None, **how
    ) -> dict[str, object]:
        """The whole way from asking to tokens."""
        answer = await self.redeem(await self.code(client, **how), client, key=key)
        assert answer.status_code == 200, answer.text
        return answer.json()


def authorization_of(database, vault, clock) -> Authorization:
    """The authorization server of a process that has just started."""
    engine = authorization_engine(vault, clock, ISSUER, SECTIONS)
    return Authorization(database, clock, engine, SigningKeys(database, vault, clock))


@pytest.fixture
async def world(database, clock, vault) -> AsyncIterator[World]:
    keys = SigningKeys(database, vault, clock)
    engine = authorization_engine(vault, clock, ISSUER, SECTIONS)
    authorization = Authorization(database, clock, engine, keys)
    log = ConsentLog(vault, keys, OPERATOR, None)
    consents = Consents(
        database, clock, engine, authorization, Giving(vault, clock, engine.sections), log
    )
    clients = Clients(database, clock, SECTIONS)
    async with database.writing() as session:
        session.add(Customer(id=CUSTOMER, created_at=clock()))
        await session.flush()
        session.add(DataKey(customer_id=CUSTOMER, wrapped=vault.new_data_key(CUSTOMER)))
    app = FastAPI()
    app.include_router(router)
    app.state.services = SimpleNamespace(
        authorization=authorization,
        managed_grants=ManagedGrants(database, clock, engine, log),
        signing_keys=keys,
    )

    @app.exception_handler(MilieuError)
    async def error_page(_request: Request, error: MilieuError) -> JSONResponse:
        return JSONResponse({"code": error.code, "detail": error.detail}, 400)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
        yield World(
            http,
            authorization,
            consents,
            Grants(database, clock, log),
            clients,
            database,
            clock,
            crm=await register(clients, "Acme Care"),
            rival=await register(clients, "Rival Care"),
            phone_app=await register(clients, "Phone app", public=True),
        )


async def read_token(world: World, token: str) -> TokenRow | None:
    """What the API would find behind an access token."""
    async with world.database.reading() as session:
        return await find_token(session, secret_hash(token))


async def good(world: World, token: str) -> bool:
    """Whether the API would serve this token: itself, its client, its grant and its customer."""
    found = await read_token(world, token)
    if found is None:
        return False
    reasons = [refusal_of(found, found.grant, None, world.clock())] if found.grant else []
    return not is_over(found, world.clock()) and not any(reasons)
