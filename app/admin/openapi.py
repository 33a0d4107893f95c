"""`milieu openapi`: the API's description, written to a file that is kept under version control."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.main import describe

cli = typer.Typer(help="The API's OpenAPI 3.1 document.", no_args_is_help=True)

DEFAULT_PATH = Path("openapi/milieu.json")


@cli.callback()
def _group() -> None:
    """Keep `export` a subcommand although it is the only one."""


@cli.command("export")
def export(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = DEFAULT_PATH,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; fail if the file is missing or out of date."),
    ] = False,
) -> None:
    """Write the OpenAPI document, or check that the written one is fresh."""
    text = json.dumps(describe(), indent=2, ensure_ascii=False) + "\n"
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(f"Wrote {path}.")
    elif (wrong := _what_is_wrong(path, text)) is not None:
        typer.echo(f"{path} {wrong}: run `milieu openapi export`.", err=True)
        raise typer.Exit(1)


def _what_is_wrong(path: Path, text: str) -> str | None:
    try:
        return None if path.read_text(encoding="utf-8") == text else "is out of date"
    except FileNotFoundError:
        return "does not exist"
    except (OSError, UnicodeDecodeError):
        return "cannot be read as UTF-8 text"
