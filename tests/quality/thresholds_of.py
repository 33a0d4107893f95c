"""`python -m tests.quality.thresholds_of NAME …`: thresholds a margin below what is measured now.

Prints tables for ``thresholds.toml``, for people to look at: a threshold is lowered only with a
reason in the commit.
"""

import argparse
import sys
from math import ceil, floor

from tests.quality.yardstick import GUARDS, measured

MARGIN = 0.02
"""How much worse an engine may get by chance, such as by another processor."""
LOW_IS_GOOD = "fairness_"


def table(name: str) -> str:
    """The table of one engine, or of ``GUARDS``."""
    figures = sorted(measured(name).items())
    floors = [
        f"{key} = {max(0, floor(100 * (value - MARGIN))) / 100:.2f}"
        for key, value in figures
        if not key.startswith(LOW_IS_GOOD)
    ]
    ceilings = [
        f"{key} = {ceil(100 * (value + MARGIN)) / 100:.2f}"
        for key, value in figures
        if key.startswith(LOW_IS_GOOD)
    ]
    parts = [f"[{name}.at_least]", *floors]
    return "\n".join([*parts, "", f"[{name}.at_most]", *ceilings] if ceilings else parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.quality.thresholds_of")
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"an engine, or {GUARDS}")
    sys.stdout.write("\n\n".join(table(name) for name in parser.parse_args().names) + "\n")
