"""`milieu engine`: training, evaluating and trying the context engine."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, track
from rich.table import Table

from app.admin.files import refuse_same_file, written
from app.admin.options import metavar, moment, one_of
from context.analyse import analyse
from context.artefacts import DATA
from context.engines.models import load_engine, load_engine_that_works
from context.post import Window
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


EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        help="Which engine reads.",
        envvar="MILIEU_ENGINE",
        parser=one_of(EngineName),
        metavar=metavar(EngineName),
    ),
]
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
    task: Annotated[
        TaskName,
        typer.Option(
            help="What to read of each text.", parser=one_of(TaskName), metavar=metavar(TaskName)
        ),
    ],
    tsv: Annotated[
        Path, typer.Option(help="Texts, in the last tab-separated column.", dir_okay=False)
    ],
    out: Annotated[Path, typer.Option(help="File for one JSON object per line.")],
    engine: EngineOption = EngineName.FULL,
) -> None:
    """Score texts of your own for one task: a label and probabilities for each.

    The file is as TweetEval's are: no row of headings, the first line is a text like any other.
    One JSON object per line that is not empty, in the order of the file: "label", "probabilities"
    by class, and for intents "labels", all that are likely. Emotions are those of TweetEval.
    Where the last column is empty there is nothing to read: the label is null.
    """
    refuse_same_file(tsv, out)
    texts = {
        number: line.rpartition("\t")[2]
        for number, line in enumerate(read_lines(tsv), start=1)
        if line
    }
    if not texts:
        raise DataError(f"{tsv} has no text: give one per line")
    found = score_texts(load_engine(engine), task, list(texts.values()))
    with written(out) as file:
        for row in track(found, "Reading", total=len(texts), console=console):
            file.write(json.dumps(row) + "\n")
    _tell_of_empty([number for number, text in texts.items() if not text.strip()])


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
            parser=moment,
            metavar="TIME",
        ),
    ] = None,
) -> None:
    """Make a digest of posts of your own, and render the whole context from it."""
    refuse_same_file(jsonl, out)
    window, latest = read_window(read_lines(jsonl), str(jsonl))
    at = as_utc(now, "--now") if now else latest
    _tell_of_later(window, at)
    reader, failed = load_engine_that_works(engine)
    if failed:
        _tell(f"{failed}: the light engine reads instead.")
    with console.status("Reading the posts …"):
        made = analyse(window, None, reader, at)
        context = render([Source("file", made, at)], list(Section), at)
        posts = count_posts(window, reader, at)
    console.print(
        f"Posts of hers: {posts.read} read; left out: {posts.sensitive} sensitive,"
        f" {posts.wordless} too short, {posts.earlier} older than a month or too many.",
        soft_wrap=True,
        highlight=False,
    )
    told = {"engine": made.engine, "bytes": len(made.to_bytes())} | dataclasses.asdict(context)
    with written(out) as file:
        file.write(json.dumps(told, indent=2, default=_plain) + "\n")


def _tell_of_empty(lines: Sequence[int]) -> None:
    if lines:
        are = "1 text is" if len(lines) == 1 else f"{len(lines)} texts are"
        _tell(f"{are} empty, the first on line {lines[0]}: the label is null.")


def _tell_of_later(window: Window, at: datetime) -> None:
    later = sum(post.created_at > at for post in (*window.posts, *window.network))
    if later:
        are = "1 post is" if later == 1 else f"{later} posts are"
        _tell(f"{are} later than {at.isoformat()}, the time to render for, and left out.")


def _tell(remark: str) -> None:
    console.print(remark, style="yellow", markup=False, soft_wrap=True, highlight=False)


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
