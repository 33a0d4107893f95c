"""`milieu`: everything an operator does, in one command."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from app.admin import clients, demo, engine, keys, openapi, service
from app.admin.mistakes import EXPECTED, explain
from app.main import TITLE, VERSION

cli = typer.Typer(
    name="milieu",
    help="Customer context as a service: what a person chooses to tell a company, never her posts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
cli.command("serve")(service.serve)
cli.command("work")(service.work)
cli.command("migrate")(service.migrate)
cli.command("demo")(demo.demo)
cli.add_typer(clients.cli, name="client")
cli.add_typer(keys.cli, name="key")
cli.add_typer(engine.cli, name="engine")
cli.add_typer(openapi.cli, name="openapi")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the switch
    if wanted:
        typer.echo(f"{TITLE} {VERSION}")
        raise typer.Exit


@cli.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line; mistakes of its user end in one line that says what to do."""
    try:
        cli()
    except EXPECTED as error:
        _fail(explain(error))


def _fail(message: str) -> None:
    Console(stderr=True).print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(2)
