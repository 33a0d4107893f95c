"""The figures as a document, and as a table."""

import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.oauth import node
from benchmarks.oauth.contenders import MEMORY, POSTGRESQL, SQLITE
from benchmarks.oauth.measure import Figures, Plan

TOKEN_CASES = ("token_client_credentials", "token_refresh")


def report(figures: Sequence[Figures], plan: Plan) -> dict[str, Any]:
    """Make the document: cases, ratios, and how it was measured."""
    return {
        "cases": [_rounded(one) for one in figures],
        "ratios": ratios(figures),
        "setting": {
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "ratios_at_connections": max(plan.connections),
            "python": platform.python_version(),
            "peer": node.version(),
        },
    }


def ratios(figures: Sequence[Figures]) -> dict[str, float]:
    """Divide our CPU per request by the peer's, under the most connections.

    `token_vs_…` is the greater of client credentials' and refresh's, each of which is there by
    itself too. What the database server computes besides is not in these ratios; `cases` tells it.
    """
    most = max(one.connections for one in figures)
    cpu_us = {(one.case, one.store): one.cpu_us for one in figures if one.connections == most}
    found: dict[str, float] = {}
    for store in (SQLITE, POSTGRESQL):
        quotients = {
            case: ours / cpu_us[case, MEMORY]
            for (case, where), ours in cpu_us.items()
            if where == store and (case, MEMORY) in cpu_us
        }
        tokens = [quotients[case] for case in TOKEN_CASES if case in quotients]
        if len(tokens) == len(TOKEN_CASES):
            quotients["token"] = max(tokens)
        found |= {
            f"{case}_vs_oidc_provider_{store}": round(quotient, 3)
            for case, quotient in quotients.items()
        }
    return found


def table(document: dict[str, Any]) -> str:
    """Write a document for people."""
    head = f"{'case':25} {'store':23} {'conn.':>5} {'CPU µs':>8} {'db µs':>7} {'rps':>7}"
    lines = [f"{head} {'p50 ms':>8} {'p99 ms':>8}"]
    for one in document["cases"]:
        database = one.get("database_cpu_us")
        lines.append(
            f"{one['case']:25} {one['store']:23} {one['connections']:5} {one['cpu_us']:8.0f} "
            f"{'–' if database is None else format(database, '.0f'):>7} {one['rps']:7.0f} "
            f"{one['p50_ms']:8.2f} {one['p99_ms']:8.2f}"
        )
    lines.append("")
    lines += [f"{name:55} {value:6.2f}" for name, value in document["ratios"].items()]
    setting = document["setting"]
    lines.append(f"\n{setting['peer']}, Python {setting['python']}; CPU of {MEMORY} = 1")
    return "\n".join(lines)


def _rounded(figures: Figures) -> dict[str, Any]:
    members = asdict(figures)
    if members["database_cpu_us"] is None:
        del members["database_cpu_us"]
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in members.items()
    }
