"""`milieu client`: the companies' systems that may ask customers for their context."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from app.admin.runtime import runtime
from app.errors import Invalid
from app.store.clients import Client
from app.usecases.purposes import PURPOSES
from app.usecases.sections import OFFERED
from oauth.server.stores import Profile

cli = typer.Typer(help="Clients: who may ask customers for context.", no_args_is_help=True)
console = Console()

PURPOSE_HELP = "Repeatable; the first is the default. One of:\n\n" + "\n\n".join(PURPOSES)
SECTION_HELP = "Repeatable; all when left out. One of: " + ", ".join(OFFERED)


@cli.command("create")
def create(
    name: Annotated[str, typer.Argument(help="The company's name, as customers know it.")],
    uri: Annotated[str, typer.Option(help="The company's address, such as https://example.org")],
    redirect_uri: Annotated[list[str], typer.Option(help="Where customers return to; repeatable.")],
    purpose: Annotated[list[str], typer.Option(help=PURPOSE_HELP)],
    section: Annotated[list[str] | None, typer.Option(help=SECTION_HELP)] = None,
    public: Annotated[
        bool, typer.Option("--public", help="It cannot keep a secret (an app on a device).")
    ] = False,
    jwks: Annotated[
        Path | None,
        typer.Option(help="File with its public keys (JWK Set); it then authenticates by them."),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="oauth2.1; or fapi2: pushed requests and bound tokens alone.")
    ] = Profile.OAUTH,
    id_token_algorithm: Annotated[
        str | None,
        typer.Option(
            help="RS256 or ES256, by which its ID tokens are signed; RS256 unless told, with fapi2 "
            "ES256."
        ),
    ] = None,
    brand: Annotated[
        list[str] | None, typer.Option(help="A brand of its lens; repeatable.")
    ] = None,
    rival: Annotated[
        list[str] | None, typer.Option(help="A rival in its lens; repeatable.")
    ] = None,
) -> None:
    """Register a client and print its id and secret. The secret is shown this once."""
    client, secret = asyncio.run(
        _create(
            name,
            uri,
            redirect_uri,
            purpose,
            section or OFFERED,
            public=public,
            jwks=None if jwks is None else _read_jwks(jwks),
            profile=profile,
            id_token_algorithm=id_token_algorithm,
            lens={"brands": brand or [], "rivals": rival or []},
        )
    )
    typer.echo(f"client_id={client.id}")
    if secret is not None:
        typer.echo(f"client_secret={secret}")


@cli.command("list")
def show() -> None:
    """List all clients: a table on a terminal, otherwise a line each with tabs between."""
    rows = [_row(client) for client in asyncio.run(_list())]
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(row))
        return
    # The id is what `milieu client disable` takes: it stays whole, the rest gives way.
    table = Table(Column("id", no_wrap=True), Column("client", overflow="fold"), show_lines=True)
    for client_id, *others in rows:
        table.add_row(client_id, Text("\n".join(filter(None, others))))
    console.print(table)


def _row(client: Client) -> tuple[str, ...]:
    return (
        client.id,
        client.name,
        client.uri,
        " ".join(client.purposes),
        " ".join(client.sections),
        "disabled" if client.disabled_at else "",
    )


@cli.command("disable")
def disable(client_id: Annotated[str, typer.Argument(help="Its id, cli_…")]) -> None:
    """Disable a client: from now on it fails in every flow."""
    asyncio.run(_disable(client_id))
    typer.echo("Disabled; its next request is refused.")


async def _create(
    name: str,
    uri: str,
    redirect_uris: Sequence[str],
    purposes: Sequence[str],
    sections: Sequence[str],
    **registered: Any,  # noqa: ANN401 - handed on as it is
) -> tuple[Client, str | None]:
    async with runtime() as built:
        return await built.services.clients.create(
            name, uri, redirect_uris, purposes, sections, **registered
        )


def _read_jwks(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} cannot be read as a JWK Set.") from error
    if not isinstance(found, dict):
        raise Invalid(f"{path} holds no JWK Set.")
    return found


async def _list() -> Sequence[Client]:
    async with runtime() as built:
        return await built.services.clients.list()


async def _disable(client_id: str) -> None:
    async with runtime() as built:
        await built.services.clients.disable(client_id)
