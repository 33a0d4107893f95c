"""What refreshing linked accounts costs, by how many are refreshed at once, and whether it leaks.

`python -m benchmarks.linking [--json OUT]`

Windows of a hundred posts of hers and a network are read over real HTTP from an instance in
another process, 50 ms away, analysed, and their digests sealed and written to SQLite. Beside it, in
the same run, the analysis of the same windows by itself: `analyses` is what a refresh computes, in
those. CPU time is what counts: it barely moves with whatever else the machine does. Before it, many
refreshes without the distance, and how much memory they leave.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

from benchmarks.linking.measure import Memory, Throughput, memory, throughput
from benchmarks.linking.report import report, table
from context.engines import load_engine

ENGINES = ("light", "full")
AT_ONCE = (1, 2, 4, 8, 16, 32)
MEMORY_AT_ONCE = 4


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="measure this one only")
    parser.add_argument("--at-once", type=int, action="append", help="1 to 32 unless told")
    parser.add_argument("--latency-ms", type=float, default=50.0, help="before each answer")
    parser.add_argument("--each", type=int, default=60, help="refreshes at each number at once")
    parser.add_argument(
        "--refreshes", type=int, default=10_000, help="over which memory is watched; 0 for none"
    )
    arguments = parser.parse_args()
    document = asyncio.run(_measured(arguments))
    print(table(document))
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


async def _measured(arguments: argparse.Namespace) -> dict[str, object]:
    figures: list[Throughput] = []
    remembered: list[Memory] = []
    with tempfile.TemporaryDirectory(prefix="milieu-bench-") as folder:
        if arguments.refreshes:
            engine = load_engine("light")
            remembered = await memory(Path(folder), engine, arguments.refreshes, MEMORY_AT_ONCE)
        for name in arguments.engine or ENGINES:
            (place := Path(folder) / name).mkdir()
            figures += await throughput(
                place,
                load_engine(name),
                arguments.at_once or AT_ONCE,
                arguments.each,
                arguments.latency_ms,
            )
    setting = {"latency_ms": arguments.latency_ms, "refreshes_each": arguments.each}
    return report(figures, remembered, setting)


if __name__ == "__main__":
    main()
