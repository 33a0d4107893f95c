"""Behavioural cases in the manner of CheckList (Ribeiro et al. 2020): what words must, and mustn't.

A minimum functionality case (MFT) has a plain sentiment; in a directional one (DIR) one text sounds
better than the other; in an invariance (INV) nothing that matters differs.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from context.engines import Engine
from context.reading import discount
from context.training.labelled import VALENCES
from context.valence import verdicts

SAME = 0.15
"""Difference of valence up to which two texts count as read alike."""

Case = dict[str, str | list[str]]


def valence(engine: Engine, texts: Sequence[str]) -> NDArray[np.float64]:
    """Positive less negative probability of each text, irony discounted as everywhere."""
    read = engine.read(texts)
    weighed = discount(read.valence, read.irony)
    return weighed[:, 2] - weighed[:, 0]


def passes(engine: Engine, case: Case) -> bool:
    match case:
        case {"kind": "MFT", "text": str(text), "sentiment": str(sentiment)}:
            return VALENCES[verdicts(engine.read([text]).valence)[0]] == sentiment
        case {"kind": "DIR", "lower": str(lower), "higher": str(higher)}:
            below, above = valence(engine, [lower, higher])
            return bool(below < above)
        case {"kind": "INV", "texts": list(texts)}:
            return bool(np.ptp(valence(engine, texts)) <= SAME)
    raise ValueError(f"no such kind of case: {case}")


def figures(engine: Engine, path: Path) -> dict[str, float]:
    """The share of cases that pass: of all, and by capability."""
    outcomes: defaultdict[str, list[bool]] = defaultdict(list)
    for case in json.loads(path.read_text("utf-8")):
        outcomes[str(case["capability"])].append(passes(engine, case))
    everything = [passed for found in outcomes.values() for passed in found]
    shares = {f"checklist_{name}": float(np.mean(found)) for name, found in outcomes.items()}
    return {"checklist": float(np.mean(everything)), **shares}
