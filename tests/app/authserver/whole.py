"""The whole application as it is served, middleware included, on a real database; no sockets."""

import asyncio
import base64
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from joserfc import jws
from joserfc.jwk import ECKey

from app.ids import new_secret
from app.main import create_app
from app.settings import Settings
from app.store.customers import Customer, DataKey
from app.wiring import Runtime, build
from oauth.server.assertions import ASSERTION_TYPE
from oauth.server.dpop import Nonces, token_hash
from oauth.server.stores import Profile
from tests.support.clock import SettableClock
from tests.support.deployment import MASTER_KEY

ISSUER = "https://milieu.example"
CALLBACK = "https://crm.example/callback"
PURPOSES = ("dpv:CustomerCare", "dpv:ServicePersonalisation")
SECTIONS = ("topics", "sentiment", "network")

T = TypeVar("T")


@dataclass(frozen=True)
class Party:
    """A registered client: with a secret, with a key, or with neither."""

    id: str
    secret: str | None = None
    key: ECKey | None = None

    @property
    def is_fapi(self) -> bool:
        return self.key is not None

    @property
    def is_public(self) -> bool:
        return self.secret is None and self.key is None


class Whole:
    """The application, one event loop, and a client of each kind."""

    def __init__(self, runner: asyncio.Runner, runtime: Runtime, clock: SettableClock) -> None:
        self._runner = runner
        self.runtime = runtime
        self.services = runtime.services
        self.clock = clock
        self.app: FastAPI = create_app(runtime)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ISSUER)
        self.keys = tuple(ECKey.generate_key("P-256") for _ in range(2))
        key = ECKey.generate_key("P-256")
        self.crm = self.run(self._register("Acme Care"))
        self.phone = self.run(self._register("Phone app", public=True))
        self.bank = self.run(self._register("Bank", key=key, profile=Profile.FAPI))
        self._customers = count(1)

    @property
    def parties(self) -> tuple[Party, ...]:
        return self.crm, self.phone, self.bank

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def customer(self) -> str:
        """Somebody new, with nothing granted."""
        customer_id = f"cus_{next(self._customers)}"
        async with self.services.database.writing() as session:
            session.add(Customer(id=customer_id, created_at=self.clock()))
            await session.flush()
            wrapped = self.services.vault.new_data_key(customer_id)
            session.add(DataKey(customer_id=customer_id, wrapped=wrapped))
        return customer_id

    def credentials(self, party: Party) -> dict[str, str]:
        """What a party adds to a form to say who it is."""
        if party.key is None:
            secret = {} if party.secret is None else {"client_secret": party.secret}
            return {"client_id": party.id} | secret
        now = int(self.clock().timestamp())
        claims = {
            "iss": party.id,
            "sub": party.id,
            "aud": ISSUER,
            "jti": new_secret(),
            "iat": now,
            "exp": now + 60,
        }
        assertion = signed({"alg": "ES256"}, claims, party.key)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    def proof(self, key: int, method: str, path: str, token: str | None = None) -> str:
        """A fresh proof of possession of one of the two keys."""
        now = self.clock()
        claims = {
            "htm": method,
            "htu": ISSUER + path,
            "jti": new_secret(),
            "iat": int(now.timestamp()),
            "nonce": Nonces(self.services.vault.derive, now).current,
        }
        if token is not None:
            claims["ath"] = token_hash(token)
        jwk = self.keys[key].as_dict(private=False)
        return signed({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}, claims, self.keys[key])

    def thumbprint(self, key: int | None) -> str | None:
        return None if key is None else self.keys[key].thumbprint()

    async def _register(
        self,
        name: str,
        *,
        public: bool = False,
        key: ECKey | None = None,
        profile: str = Profile.OAUTH,
    ) -> Party:
        jwks = None if key is None else {"keys": [key.as_dict(private=False)]}
        client, secret = await self.services.clients.create(
            name,
            "https://crm.example",
            [CALLBACK],
            PURPOSES,
            SECTIONS,
            public=public,
            jwks=jwks,
            profile=profile,
        )
        return Party(client.id, secret, key)


@contextmanager
def whole_application(database_url: str) -> Iterator[Whole]:
    """Build everything over a migrated database; the clock stands still until it is moved."""
    clock = SettableClock()
    settings = Settings.model_validate(
        {
            "environment": "development",
            "issuer": ISSUER,
            "database_url": database_url,
            "master_key": MASTER_KEY,
            "engine": "light",
        }
    )
    with asyncio.Runner() as runner:
        whole = Whole(runner, build(settings, clock), clock)
        try:
            yield whole
        finally:
            whole.run(whole.http.aclose())
            whole.run(whole.runtime.close())


def signed(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    return jws.serialize_compact(header, json.dumps(claims).encode(), key)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
