"""What the authorization server costs: CPU and requests per second, beside node-oidc-provider.

`python -m benchmarks.oauth [--json OUT]`

Milieu is served as `milieu serve` serves it, on SQLite and on PostgreSQL, every write on disk
before the answer; node-oidc-provider in production mode, keeping everything in memory. All three
run at once and are loaded in turn, round by round, so that whatever else the machine does hits
them alike; the figures are medians over the rounds.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.oauth.cases import CASES
from benchmarks.oauth.contenders import contenders
from benchmarks.oauth.measure import Plan, measured
from benchmarks.oauth.node import NodeMissing
from benchmarks.oauth.report import report, table
from tests.support.postgres_binaries import PostgresqlMissing


def main() -> None:
    """Measure, and print the figures and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--case", action="append", choices=CASES, help="measure this one only")
    parser.add_argument("--connections", type=int, action="append", help="1 and 8 unless told")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load that counts, a round")
    arguments = parser.parse_args()
    plan = Plan(
        tuple(arguments.case or CASES),
        tuple(arguments.connections or (1, 8)),
        arguments.rounds,
        arguments.seconds,
    )
    try:
        with contenders() as servers:
            figures = measured(servers, plan)
    except (NodeMissing, PostgresqlMissing) as missing:
        sys.exit(str(missing))
    document = report(figures, plan)
    print(table(document))
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
