"""The figures as a document, and as a table."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.linking.measure import Memory, Throughput
from benchmarks.linking.people import FRIENDS, HER_POSTS, NETWORK_POSTS


def report(
    figures: Sequence[Throughput], memory: Sequence[Memory], setting: dict[str, Any]
) -> dict[str, Any]:
    """Make the document.

    Args:
        figures: Of each engine, at each number at the same time.
        memory: After more and more refreshes, the first hundred first.
        setting: How it was measured.
    """
    document: dict[str, Any] = {
        "throughput": [
            _rounded(asdict(one) | {"refresh_per_analysis": one.ratio}) for one in figures
        ],
        "memory": [_rounded(asdict(one)) for one in memory],
    }
    if memory:
        document["memory_last_to_first"] = round(memory[-1].mib / memory[0].mib, 3)
    return document | {
        "setting": setting
        | {
            "her_posts": HER_POSTS,
            "network_posts": NETWORK_POSTS,
            "friends": FRIENDS,
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[2], 2),
        }
    }


def table(document: dict[str, Any]) -> str:
    """Write a document for people."""
    head = f"{'engine':10} {'at once':>7} {'per s':>7} {'per core s':>10}"
    lines = [f"{head} {'CPU ms':>7} {'analyses':>8}"]
    lines += [
        f"{one['engine']:10} {one['at_once']:7} {one['per_s']:7.1f} {one['per_core_s']:10.1f} "
        f"{one['refresh_cpu_ms']:7.1f} {one['refresh_per_analysis']:8.2f}"
        for one in document["throughput"]
    ]
    if document["memory"]:
        lines.append("")
        lines += [
            f"{one['refreshes']:7} refreshes: {one['mib']:7.1f} MiB" for one in document["memory"]
        ]
        lines.append(f"last to first: {document['memory_last_to_first']:.3f}")
    lines.append(f"\n{document['setting']}")
    return "\n".join(lines)


def _rounded(members: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in members.items()
    }
