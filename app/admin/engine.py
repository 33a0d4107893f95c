"""`milieu engine`: training and evaluating the context engine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn
from rich.table import Table

from context.artefacts import DATA
from context.training.evaluate import evaluate as evaluate_models
from context.training.fit import train as train_models

cli = typer.Typer(help="The context engine's models.", no_args_is_help=True)
console = Console(stderr=True)

Data = Annotated[Path, typer.Argument(help="Folder of labelled data.", file_okay=False)]


@cli.command("train")
def train(
    data: Data,
    out: Annotated[
        Path, typer.Option(help="Where to write the weights; over the ones that ship.")
    ] = DATA,
) -> None:
    """Train the models from labelled data and write their weights."""
    with Progress(SpinnerColumn(), *Progress.get_default_columns(), console=console) as bar:
        task = bar.add_task("Training", total=1.0)
        figures = train_models(
            data, out, lambda step, done: bar.update(task, description=step, completed=done)
        )
    _show(figures)


@cli.command("evaluate")
def evaluate(
    data: Data,
    weights: Annotated[
        Path, typer.Option(help="Folder of the weights; the ones that ship.")
    ] = DATA,
) -> None:
    """Evaluate models on the validation splits of labelled data."""
    with console.status("Reading the validation splits …"):
        figures = evaluate_models(data, weights)
    _show(figures)


def _show(figures: Mapping[str, float]) -> None:
    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name, f"{value:.4f}")
    Console().print(table)
