"""`milieu demo`: the whole product on one machine, with people in it who keep posting."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.panel import Panel
from starlette.types import ASGIApp

from app.admin.keys import new_master_key
from app.admin.listening import Server, held_folder, held_ports
from app.clock import system_clock
from app.main import create_app
from app.observe import configure_logging
from app.sandbox.company import create_company
from app.sandbox.load import load_labelled, load_posts
from app.sandbox.mastodon.limits import RateLimit
from app.sandbox.network import create_sandbox
from app.sandbox.world import World
from app.settings import Environment, Settings
from app.store.migrate import upgrade_async
from app.usecases.clients import Clients
from app.usecases.sections import OFFERED
from app.wiring import build, check_master_key

console = Console(stderr=True)

REFRESH_EVERY_S = 20.0
TIME_LAPSE = 300.0
"""In the sandbox a day of story passes in about five minutes: somebody posts every few seconds."""
STORIES_LAST = timedelta(days=1)
"""After that the stories begin anew, so that whoever starts the demo finds them at their height."""
REQUESTS_ALLOWED = 20_000
"""Requests in five minutes for each caller; the demo refreshes far more often than one would."""


POSTS_HELP = (
    "Let the authors of a file live in the network too: JSON lines (author, created_at, text), "
    "or a .tsv of label and text."
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the three parts of the demo listen, on loopback."""

    milieu: int
    sandbox: int
    company: int


def demo(
    port: Annotated[
        int, typer.Option(help="First of three ports on loopback.", min=1, max=65533)
    ] = 8000,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its state.")] = Path(".data"),
    posts: Annotated[
        Path | None, typer.Option(help=POSTS_HELP, exists=True, dir_okay=False)
    ] = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Run Milieu with a small social network and a company beside it, on SQLite.

    Nothing leaves this machine. Stop with Ctrl-C; the next start goes on where this one ended.
    """
    configure_logging(log_level)
    ports = Addresses(port, port + 1, port + 2)
    listening = held_ports((ports.milieu, ports.sandbox, ports.company))
    with listening as listeners, held_folder(data):
        asyncio.run(_demo(ports, listeners, data, posts))


async def _demo(
    ports: Addresses, listeners: Sequence[socket.socket], data: Path, posts: Path | None
) -> None:
    settings = _settings(ports, data)
    _keep(data / "env", _environment(settings))
    with console.status("Bringing the database up to date …"):
        await upgrade_async(settings.database_url)
    with console.status("Loading the engine …"):
        await check_master_key(settings)
        runtime = build(settings)
    client_id, client_secret = await _company_client(runtime.services.clients, ports, data)
    sandbox = create_sandbox(
        clock=system_clock,
        anchor=_opened_at(data, system_clock()),
        time_lapse=TIME_LAPSE,
        state_file=data / "sandbox.json",
        base_url=f"http://localhost:{ports.sandbox}",
        rate_limit=RateLimit(limit=REQUESTS_ALLOWED),
    )
    if posts is not None:
        _load(sandbox.state.world, posts)
    company = create_company(
        issuer=str(settings.issuer),
        client_id=client_id,
        client_secret=client_secret,
        base_url=f"http://localhost:{ports.company}",
    )
    await _serve([create_app(runtime), sandbox, company], listeners, lambda: _explain(ports, data))


def _settings(ports: Addresses, data: Path) -> Settings:
    return Settings(
        environment=Environment.DEVELOPMENT,
        issuer=f"http://localhost:{ports.milieu}",
        database_url=os.environ.get("MILIEU_DATABASE_URL", f"sqlite:///{data / 'milieu.db'}"),
        master_key=SecretStr(_kept(data / "master.key", new_master_key)),
        outbound_exceptions=frozenset({f"localhost:{ports.sandbox}"}),
        refresh_every_s=REFRESH_EVERY_S,
    )


def _environment(settings: Settings) -> str:
    # For `milieu` beside the demo: `set -a; . .data/env`.
    assert settings.master_key is not None  # noqa: S101 - set above
    return "".join(
        f"MILIEU_{name}={value}\n"
        for name, value in (
            ("ENVIRONMENT", settings.environment.value),
            ("ISSUER", settings.issuer),
            ("DATABASE_URL", settings.database_url),
            ("MASTER_KEY", settings.master_key.get_secret_value()),
        )
    )


async def _company_client(clients: Clients, ports: Addresses, data: Path) -> tuple[str, str]:
    path = data / f"company-{ports.company}.json"
    if not path.exists():
        home = f"http://localhost:{ports.company}"
        client, secret = await clients.create(
            "Northwind Broadband",
            home,
            [f"{home}/callback"],
            ["dpv:CustomerCare"],
            OFFERED,
        )
        _keep(path, json.dumps({"client_id": client.id, "client_secret": secret}))
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["client_id"], kept["client_secret"]


def _load(world: World, posts: Path) -> None:
    load = load_labelled if posts.suffix == ".tsv" else load_posts
    with console.status(f"Reading {posts} …"):
        load(world, posts)


def _opened_at(data: Path, now: datetime) -> datetime:
    path = data / "sandbox-opened-at"
    opened_at = datetime.fromisoformat(_kept(path, now.isoformat))
    if now - opened_at < STORIES_LAST:
        return opened_at
    _keep(path, now.isoformat())
    return now


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        _keep(path, make())
    return path.read_text(encoding="utf-8")


def _keep(path: Path, text: str) -> None:
    beside = path.with_suffix(path.suffix + ".new")
    beside.touch(mode=0o600)
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


async def _serve(
    apps: Sequence[ASGIApp], listeners: Sequence[socket.socket], explain: Callable[[], None]
) -> None:
    servers = [Server(app) for app in apps]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    async with asyncio.TaskGroup() as group:
        for server, listener in zip(servers, listeners, strict=True):
            group.create_task(server.serve([listener]))
        for server in servers:
            await server.ready.wait()
        explain()


def _explain(ports: Addresses, data: Path) -> None:
    milieu, sandbox, company = (
        f"http://localhost:{port}" for port in (ports.milieu, ports.sandbox, ports.company)
    )
    console.print(
        Panel(
            f"""[bold]1.[/] Open [link]{milieu}[/link] and sign in with any e-mail address.
   The mail arrives at [link]{milieu}/outbox[/link]: follow its link.
[bold]2.[/] Link an account: give the instance address [bold]localhost:{ports.sandbox}[/]
   and continue as one of the people who live there ([link]{sandbox}[/link]).
[bold]3.[/] Look at your context. It moves while they keep posting:
   a day of theirs passes in {86400 / TIME_LAPSE / 60:.0f} minutes.
[bold]4.[/] You call your broadband company: [link]{company}[/link]
   Its agent asks for your context; you choose what she may see.
[bold]5.[/] Revoke it on your grants page, and let the agent read again.

Stop with Ctrl-C; everything is kept in {data} and goes on at the next start.""",
            title="Milieu is running",
            expand=False,
        )
    )
