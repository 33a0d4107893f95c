"""A sandbox network on a loopback port, its clock held by the test."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from app.sandbox.network import create_sandbox
from app.sandbox.storylines.read import read_storylines

OPENED = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
MOVING = [one for one in read_storylines() if one.name == "moving"]


@dataclass
class HandClock:
    """A clock that moves when it is told to."""

    now: datetime = field(default=OPENED)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@dataclass
class Served:
    """A network under uvicorn."""

    app: Starlette
    url: str
    clock: HandClock

    @property
    def world(self):
        return self.app.state.world

    @property
    def controls(self):
        return self.app.state.controls


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def network(clock) -> Iterator[Served]:
    """The network with one of its storylines, served on a free loopback port."""
    app = create_sandbox(clock=clock, storylines=MOVING)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Served(app, f"http://127.0.0.1:{port}", clock)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def app(clock) -> Starlette:
    """The network without a server, for httpx."""
    return create_sandbox(clock=clock, base_url="https://rookery.test", storylines=MOVING)


@pytest.fixture
async def http(app):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://rookery.test") as client:
        yield client
