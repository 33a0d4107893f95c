"""Ready says more than live: the database answers, and was migrated."""

from types import SimpleNamespace

import httpx
from fastapi import FastAPI

from app.store.customers import Customer, DataKey
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.reencryption import Reencryption
from app.web import health

VAULT, OTHER = Vault(bytes(range(32))), Vault(bytes(range(1, 33)))


async def ask(database: Database) -> tuple[httpx.Response, httpx.Response]:
    app = FastAPI()
    app.include_router(health.router)
    keys = Reencryption(database, VAULT)
    app.state.services = SimpleNamespace(database=database, reencryption=keys)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://milieu.test") as client:
        return await client.get("/health/live"), await client.get("/health/ready")


async def test_a_migrated_database_is_ready(database: Database):
    live, ready = await ask(database)
    assert (live.status_code, ready.status_code) == (200, 200)


async def test_an_empty_database_is_live_but_not_ready_and_says_what_to_do(tmp_path):
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    live, ready = await ask(empty)
    await empty.close()
    assert (live.status_code, ready.status_code) == (200, 503)
    assert "milieu migrate" in ready.json()["reason"]


async def test_a_database_under_another_master_key_is_not_ready(database: Database, clock):
    # Check 53: also where it came up after the service did.
    async with database.writing() as session:
        session.add(Customer(id="cus_1", created_at=clock()))
        await session.flush()
        session.add(DataKey(customer_id="cus_1", wrapped=OTHER.new_data_key("cus_1")))
    live, ready = await ask(database)
    assert (live.status_code, ready.status_code) == (200, 503)
    assert "milieu key reencrypt" in ready.json()["reason"]
