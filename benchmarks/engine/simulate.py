"""`python -m benchmarks.engine.simulate [DATA]`: does the engine keep what it promises?

Without DATA posts are read without error, so that only chance is looked at; with labelled posts
they are read as an engine reads posts of their kind.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks.engine.moods import FAULTLESS, Reader, engine_reader
from benchmarks.engine.simulations import change, coverage, network
from benchmarks.engine.table import Table, as_json, markdown, show
from context.engines import load_engine


def main() -> None:
    """Simulate, print tables, and write what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine.simulate", description=__doc__
    )
    parser.add_argument("data", type=Path, nargs="?", help="folder of labelled posts")
    parser.add_argument("--engine", choices=("full", "light"), default="full")
    parser.add_argument("--people", type=int, default=200, help="simulated people per row")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures there")
    arguments = parser.parse_args()
    reader = FAULTLESS
    if arguments.data:
        engine = load_engine(arguments.engine)
        reader = engine_reader(f"by {arguments.engine}", engine, arguments.data)
    tables = simulate(arguments.people, reader)
    if arguments.markdown:
        print(markdown(tables))
    else:
        show(tables, Console())
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(tables), indent=2) + "\n", encoding="utf-8")


def simulate(people: int, reader: Reader) -> list[Table]:
    """Return all tables, showing how far it is.

    Args:
        people: Simulated people per row.
        reader: Who reads their posts.
    """
    parts: dict[str, Callable[[], Table]] = {
        "intervals": lambda: coverage(people, reader),
        "change": lambda: change(people, reader),
        "network": lambda: network(10 * people),
    }
    tables = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(parts))
        for name, part in parts.items():
            progress.update(task, description=name)
            tables.append(part())
            progress.advance(task)
    return tables


if __name__ == "__main__":
    main()
