"""`milieu engine`: training, evaluating and trying the context engine."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, track
from rich.table import Table

from context.analyse import analyse
from context.artefacts import DATA
from context.engines.models import load_engine, load_engine_that_works
from context.render import Source, render
from context.section import Section
from context.training.labelled import DataError, read_lines
from context.training.left_out import count_posts
from context.training.posts_file import as_utc, read_window
from context.training.score import score as score_texts

cli = typer.Typer(help="The context engine's models.", no_args_is_help=True)
console = Console(stderr=True)

Data = Annotated[Path, typer.Argument(help="Folder of labelled data.", file_okay=False)]


class EngineName(StrEnum):
    """The engines there are."""

    FULL = "full"
    LIGHT = "light"


class TaskName(StrEnum):
    """The tasks that texts can be scored for."""

    SENTIMENT = "sentiment"
    EMOTION = "emotion"
    INTENTS = "intents"
    SUBJECTS = "subjects"


EngineOption = Annotated[EngineName, typer.Option("--engine", help="Which engine reads.")]
Weights = Annotated[Path, typer.Option(help="Folder of the weights; the ones that ship.")]


@cli.command("train")
def train(
    data: Data,
    out: Annotated[
        Path, typer.Option(help="Where to write the weights; over the ones that ship.")
    ] = DATA,
    work: Annotated[Path, typer.Option(help="Folder for what is computed on the way.")] = Path(
        "build/training"
    ),
    keep_encoder: Annotated[
        bool, typer.Option(help="Fit the heads only, over the encoder that is in OUT.")
    ] = False,
) -> None:
    """Train both engines from labelled data and write their weights.

    Needs the dependency group "training" (`uv pip install --group training`). The encoder takes
    about an hour on two cores, the heads a quarter of one.
    """
    # takes seconds to import, which no other command should wait for
    from context.training.evaluate import evaluate as evaluate_models  # noqa: PLC0415 - as said
    from context.training.train import train as train_models  # noqa: PLC0415 - as said

    with _progress() as report:
        train_models(data, out, work, report, keep_encoder=keep_encoder)
    for name in EngineName:
        _show(name, evaluate_models(data, out, name))


@cli.command("evaluate")
def evaluate(data: Data, weights: Weights = DATA, engine: EngineOption = EngineName.FULL) -> None:
    """Evaluate an engine on the validation splits of labelled data."""
    from context.training.evaluate import evaluate as evaluate_models  # noqa: PLC0415 - as above

    with console.status("Reading the validation splits …"):
        figures = evaluate_models(data, weights, engine)
    _show(engine, figures)


@cli.command("score")
def score(
    task: Annotated[TaskName, typer.Option(help="What to read of each text.")],
    tsv: Annotated[
        Path, typer.Option(help="Texts, in the last tab-separated column.", dir_okay=False)
    ],
    out: Annotated[Path, typer.Option(help="File for one JSON object per line.")],
    engine: EngineOption = EngineName.FULL,
) -> None:
    """Score texts of your own for one task: a label and probabilities for each.

    One JSON object per line that is not empty, in the order of the file: "label", "probabilities"
    by class, and for intents "labels", all that are likely. Emotions are those of TweetEval.
    """
    texts = [line.rpartition("\t")[2] for line in read_lines(tsv)]
    if not texts:
        raise DataError(f"{tsv} has no text: give one per line")
    found = score_texts(load_engine(engine), task, texts)
    with out.open("w", encoding="utf-8") as file:
        for row in track(found, "Reading", total=len(texts), console=console):
            file.write(json.dumps(row) + "\n")


@cli.command("digest")
def digest(
    jsonl: Annotated[
        Path,
        typer.Option(
            help='Posts, one per line: {"author", "created_at", "text", "mine"}.', dir_okay=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="File for the context as JSON.")],
    engine: EngineOption = EngineName.FULL,
    now: Annotated[
        datetime | None,
        typer.Option(
            help="The time to render for, UTC without its zone; the latest post's by default.",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        ),
    ] = None,
) -> None:
    """Make a digest of posts of your own, and render the whole context from it."""
    window, latest = read_window(read_lines(jsonl))
    at = as_utc(now, "--now") if now else latest
    reader, failed = load_engine_that_works(engine)
    if failed:
        console.print(f"[yellow]{failed}: the light engine reads instead.[/yellow]")
    with console.status("Reading the posts …"):
        made = analyse(window, None, reader, at)
        context = render([Source("file", made, at)], list(Section), at)
        posts = count_posts(window, reader, at)
    console.print(
        f"Posts of hers: {posts.read} read; left out: {posts.sensitive} sensitive,"
        f" {posts.wordless} too short, {posts.later} later than --now,"
        f" {posts.earlier} older than a month or too many.",
        soft_wrap=True,
        highlight=False,
    )
    told = {"engine": made.engine, "bytes": len(made.to_bytes())} | dataclasses.asdict(context)
    out.write_text(json.dumps(told, indent=2, default=_plain) + "\n", "utf-8")


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    with Progress(SpinnerColumn(), *Progress.get_default_columns(), console=console) as bar:
        task = bar.add_task("Training", total=1.0)
        yield lambda step, done: bar.update(task, description=step, completed=done)


def _show(name: str, figures: Mapping[str, float]) -> None:
    table = Table("figure", "value", title=f"{name} engine")
    for figure, value in figures.items():
        table.add_row(figure, f"{value:.4f}")
    Console().print(table)
