"""`milieu key`: the master key."""

import base64
import secrets

import typer

from app.settings import KEY_BYTES

cli = typer.Typer(help="The master key, which wraps each customer's own.", no_args_is_help=True)


@cli.command("create")
def create() -> None:
    """Print a new master key for MILIEU_MASTER_KEY. Keep it apart from the database's backups."""
    typer.echo(new_master_key())


@cli.callback()
def _group() -> None:
    """Keep `create` a subcommand although it is the only one."""


def new_master_key() -> str:
    """Make a master key: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
