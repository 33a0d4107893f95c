"""What a whole read costs beside a bare endpoint: token, grant, rendering, durable record.

`python -m benchmarks.serving [--json OUT]`
"""

import argparse
import asyncio
import json
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.responses import Response

from app.admin.keys import new_master_key
from app.clock import system_clock
from app.ids import ACCESS_TOKEN, new_id, new_secret, secret_hash
from app.main import create_app
from app.settings import Settings
from app.store.customers import Customer, DataKey, Subject
from app.store.grants import Grant
from app.store.migrate import upgrade_async
from app.store.tokens import Token, TokenKind
from app.wiring import Runtime, build
from benchmarks.measure import cpu_us
from context.section import Section

REQUESTS = 1_000
AT_ONCE = 16


async def a_token(runtime: Runtime) -> str:
    """Make a customer, her grant of everything and a token for it; return the token."""
    services, now = runtime.services, system_clock()
    client, _ = await services.clients.create(
        "Bench", "https://bench.example", ["https://bench.example/cb"], ["dpv:CustomerCare"],
        list(Section),
    )  # fmt: skip
    token = new_secret(ACCESS_TOKEN)
    customer = Customer(id=new_id("cus", now), created_at=now)
    grant = Grant(
        id=new_id("gra", now),
        customer_id=customer.id,
        client_id=client.id,
        purpose="dpv:CustomerCare",
        sections=list(Section),
        created_at=now,
    )
    async with services.database.writing() as session:
        session.add(customer)
        await session.flush()
        wrapped = services.vault.new_data_key(customer.id)
        session.add(DataKey(customer_id=customer.id, wrapped=wrapped))
        subject = f"sub_{secrets.token_hex(16)}"
        session.add(Subject(subject=subject, customer_id=customer.id, client_id=client.id))
        session.add(grant)
        await session.flush()
        session.add(
            Token(
                token_hash=secret_hash(token),
                kind=TokenKind.ACCESS,
                client_id=client.id,
                grant_id=grant.id,
                family="bench",
                scope=" ".join(f"context:{section}" for section in Section),
                issued_at=now,
                expires_at=now + timedelta(hours=1),
            )
        )
    return token


def bare(body: bytes) -> FastAPI:
    """Build an application that answers the same bytes at once: the limit."""
    app = FastAPI()

    @app.get("/v1/context")
    async def read() -> Response:
        return Response(body, media_type="application/json")

    return app


async def measure(app: FastAPI, token: str) -> float:
    """Return CPU microseconds per read of one application."""
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://bench", headers=headers
    ) as client:
        return await cpu_us(client, lambda c: c.get("/v1/context"), REQUESTS, AT_ONCE)


async def compare() -> dict[str, float]:
    """Measure the full read and the bare endpoint in one run."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {
                "environment": "development",
                "database_url": f"sqlite:///{folder}/milieu.db",
                "master_key": new_master_key(),
                "embedded_worker": False,
            }
        )
        await upgrade_async(settings.database_url)
        runtime = build(settings)
        token = await a_token(runtime)
        app = create_app(runtime)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            answer = await client.get("/v1/context", headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()
        figures = {
            "bare": await measure(bare(answer.content), token),
            "read": await measure(app, token),
        }
        await runtime.close()
    return figures | {"read_vs_bare_sqlite": figures["read"] / figures["bare"]}


def main() -> None:
    """Measure, and print the figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = asyncio.run(compare())
    for name in ("bare", "read"):
        ratio = figures[name] / figures["bare"]
        print(f"{name:6} {figures[name]:8.0f} µs CPU/request  {ratio:5.2f} × bare")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
