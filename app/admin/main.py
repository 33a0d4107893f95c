"""`milieu`: everything an operator does, in one command."""

import sys
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from app.admin.mistakes import EXPECTED, explain

MODES: dict[str, Any] = {"pretty_exceptions_enable": False, "rich_markup_mode": "markdown"}
PLACES = {
    "serve": "app.admin.service:serve",
    "work": "app.admin.service:work",
    "migrate": "app.admin.migrate:migrate",
    "demo": "app.admin.demo:demo",
    "client": "app.admin.clients:cli",
    "key": "app.admin.keys:cli",
    "engine": "app.admin.engine:cli",
    "openapi": "app.admin.openapi:cli",
}
"""The commands, and where each is; only the one that is asked for is imported."""


class Commands(TyperGroup):
    """The commands of `PLACES`: `milieu migrate` waits for no engine and no web pages."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - click calls it with the context
        """Return the commands' names in the order in which help shows them."""
        return list(PLACES)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:  # noqa: ARG002 - likewise
        """Return a command, or None where there is none of the name."""
        if cmd_name not in PLACES:
            return None
        module, _, name = PLACES[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        parent = typer.Typer(add_completion=False, **MODES)
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=cmd_name)
        else:
            parent.command(cmd_name)(found)
        return cast("TyperCommand | TyperGroup", get_group(parent).commands[cmd_name])


cli = typer.Typer(
    name="milieu",
    cls=Commands,
    help="Customer context as a service: what a person chooses to tell a company, never her posts.",
    no_args_is_help=True,
    **MODES,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the switch
    if wanted:
        from app.main import TITLE, VERSION  # noqa: PLC0415 - all of the service comes with it

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
