"""`milieu key`: the master key, and the keys that the authorization server signs with."""

import asyncio
import base64
import secrets
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.admin.runtime import runtime
from app.errors import Invalid
from app.settings import KEY_BYTES, Settings, decode_key
from app.store.secrets import Vault
from app.store.signing_keys import SigningKey
from oauth.server.keys import Algorithm, KeyState

cli = typer.Typer(
    help="The master key, which wraps each customer's own; and the keys the server signs with.",
    no_args_is_help=True,
)
console = Console()

COLUMNS = ("kid", "algorithm", "state", "signs from", "retires at")


class Which(StrEnum):
    """Of which algorithm the keys are rotated."""

    ES256 = "ES256"
    RS256 = "RS256"
    ALL = "all"


@cli.command("create")
def create() -> None:
    """Print a new master key for MILIEU_MASTER_KEY. Keep it apart from the database's backups."""
    typer.echo(new_master_key())


@cli.command("list")
def show() -> None:
    """List the signing keys: a table on a terminal, otherwise a line each with tabs between."""
    rows = [_row(key, state) for key, state in asyncio.run(_list())]
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(row))
        return
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*row)
    console.print(table)


@cli.command("rotate")
def rotate(
    algorithm: Annotated[Which, typer.Option(help="Of which algorithm.")] = Which.ALL,
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help="For a key that may have leaked: the new one signs at once, and what the old ones"
            " signed is good no more.",
        ),
    ] = False,
) -> None:
    """Publish new signing keys. They take over a day later, when every verifier knows them."""
    made = asyncio.run(_rotate(algorithm, at_once=now))
    for key in made:
        typer.echo("\t".join((key.kid, key.algorithm, "signs from", _moment(key.signs_from))))
    if not made:
        typer.echo("New keys are on their way already: see `milieu key list`.")


@cli.command("reencrypt")
def reencrypt() -> None:
    """Put the database under MILIEU_MASTER_KEY in the place of MILIEU_FORMER_MASTER_KEY.

    Stop the service before. Each customer gets a data key of her own anew. Stopped in the middle,
    run it again: it goes on where it was.
    """
    typer.echo(f"Done: {asyncio.run(_reencrypt())} customers. Forget MILIEU_FORMER_MASTER_KEY.")


def new_master_key() -> str:
    """Make a master key: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _row(key: SigningKey, state: KeyState) -> tuple[str, ...]:
    word = "withdrawn" if key.withdrawn_at else str(state)
    retires_at = _moment(key.retires_at) if key.retires_at else ""
    return (key.kid, key.algorithm, word, _moment(key.signs_from), retires_at)


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


async def _list() -> Sequence[tuple[SigningKey, KeyState]]:
    async with runtime() as built:
        return await built.services.signing_keys.list()


async def _rotate(which: Which, *, at_once: bool) -> Sequence[SigningKey]:
    algorithms = tuple(Algorithm) if which is Which.ALL else (Algorithm(which),)
    async with runtime() as built:
        keys = built.services.signing_keys
        return await (keys.replace(algorithms) if at_once else keys.rotate(algorithms))


async def _reencrypt() -> int:
    former = Settings().former_master_key
    if former is None:
        raise Invalid("MILIEU_FORMER_MASTER_KEY is needed: the key that is to be replaced.")
    if former == Settings().master_key:
        raise Invalid("MILIEU_MASTER_KEY is still the former key: set the new one.")
    async with runtime() as built:
        keys = built.services.reencryption
        count = await keys.count()
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("Sealing anew", total=count)
            vault = Vault(decode_key(former.get_secret_value()))
            await keys.run(vault, lambda: bar.advance(task))
    return count
