"""Fairness: otherwise equal posts in which names, dialects or identities are swapped."""

import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np

from context.engines import Engine
from tests.quality.behaviour import valence


def figures(engine: Engine, path: Path) -> dict[str, float]:
    """How far valence moves within a set: on average over pairs, and at worst; by kind too."""
    moved: defaultdict[str, list[float]] = defaultdict(list)
    for case in json.loads(path.read_text("utf-8")):
        read = valence(engine, case["texts"]).tolist()
        moved[case["kind"]] += [abs(one - other) for one, other in combinations(read, 2)]
    everything = [difference for found in moved.values() for difference in found]
    measured = {"fairness_mean": float(np.mean(everything)), "fairness_worst": max(everything)}
    for kind, found in sorted(moved.items()):
        measured |= {f"fairness_mean_{kind}": float(np.mean(found))}
        measured |= {f"fairness_worst_{kind}": max(found)}
    return measured
