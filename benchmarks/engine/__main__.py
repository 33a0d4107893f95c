"""`python -m benchmarks.engine [DATA]`: all figures of the engines, beside others, in one run.

DATA is a folder of labelled posts in the layout that the model card describes; without it only
what rests on text of our own is measured. Needs the dependency group `benchmarks`.
"""

import argparse
import json
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.progress import Progress

from benchmarks.engine.on_own_text import posts_table, storyline_tables
from benchmarks.engine.on_real_text import (
    purchases_table,
    quoted_table,
    sentiment_table,
    topics_table,
)
from benchmarks.engine.people import ALL, UNSEEN
from benchmarks.engine.picture import Point, draw
from benchmarks.engine.sentiment import Scoring
from benchmarks.engine.table import Table, as_json, markdown, show
from context.engines import load_engine

ROOT = Path(__file__).parents[2]
BOTH = ("full", "light")

Engines = Mapping[str, Scoring]
Part = Callable[[], list[Table]]


def main() -> None:
    """Measure, print tables, and write what was asked for."""
    arguments = _arguments()
    names = BOTH if arguments.engine == "both" else (arguments.engine,)
    engines = {name: cast("Scoring", load_engine(name)) for name in names}
    tables = measure(parts(engines, arguments.data, arguments.quality, arguments.people))
    if arguments.markdown:
        print(markdown(tables))
    else:
        show(tables, Console())
    if arguments.json:
        document = {"machine": platform.processor() or platform.machine(), **as_json(tables)}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if arguments.picture:
        draw(points(tables[0], engines), arguments.picture)


def parts(engines: Engines, data: Path | None, quality: Path, people: int) -> dict[str, Part]:
    """Return the parts of a run by name, in their order.

    Args:
        engines: Engines by name.
        data: Folder of labelled posts, if any.
        quality: Folder of the posts and storylines of our own.
        people: Simulated people for the topics.
    """
    own: dict[str, Part] = {
        "posts of our own": lambda: [posts_table(engines, quality)],
        "storylines of our own": lambda: storyline_tables(engines, quality),
    }
    if data is None:
        return own
    return {
        "sentiment and emotion": lambda: [sentiment_table(engines, data)],
        "topics": lambda: [topics_table(engines, data, "Topics", ALL, people)],
        "topics unseen in training": lambda: [
            topics_table(engines, data, "Topics about things unseen in training", UNSEEN, people)
        ],
        "wish to buy": lambda: [purchases_table(engines, data)],
        **own,
        "quoted figures": lambda: [quoted_table()],
    }


def measure(run: Mapping[str, Part]) -> list[Table]:
    """Return all tables, showing how far the run is."""
    tables: list[Table] = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(run))
        for name, part in run.items():
            progress.update(task, description=name)
            tables += part()
            progress.advance(task)
    return tables


def points(sentiment: Table, engines: Engines) -> list[Point]:
    """Return the methods of the table of sentiment as points of the picture."""
    return [
        Point(
            name=name,
            speed=float(row["posts_per_second"]),
            recall=float(row["macro_recall"]),
            own=name in engines,
        )
        for name, row in sentiment.rows.items()
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="folder of labelled posts")
    parser.add_argument("--engine", choices=(*BOTH, "both"), default="both")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures there")
    parser.add_argument("--picture", type=Path, metavar="SVG", help="draw accuracy against speed")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    parser.add_argument("--people", type=int, default=60, help="simulated people for the topics")
    parser.add_argument("--quality", type=Path, default=ROOT / "tests" / "quality")
    arguments = parser.parse_args()
    if arguments.picture and arguments.data is None:
        parser.error("the picture shows figures on labelled posts: give DATA")
    return arguments


if __name__ == "__main__":
    main()
