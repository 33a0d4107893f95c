"""No engine gets worse on text of our own than ``thresholds.toml`` allows.

A table there for an engine is all it takes to hold that engine to it.
"""

import tomllib
from itertools import product
from pathlib import Path

import pytest

from tests.quality.yardstick import measured

THRESHOLDS = tomllib.loads((Path(__file__).parent / "thresholds.toml").read_text("utf-8"))
SIDES = ("at_least", "at_most")
CASES = [
    pytest.param(name, side, figure, limit, id=f"{name}-{figure}")
    for name, side in product(THRESHOLDS, SIDES)
    for figure, limit in THRESHOLDS[name].get(side, {}).items()
]


@pytest.mark.parametrize(("name", "side", "figure", "limit"), CASES)
def test_no_figure_is_worse_than_its_threshold(name, side, figure, limit):
    found = measured(name)[figure]
    assert found >= limit if side == "at_least" else found <= limit, f"{figure}: {found:.3f}"


@pytest.mark.parametrize("name", THRESHOLDS)
def test_every_figure_has_a_threshold(name):
    limits = THRESHOLDS[name]
    assert set(limits) <= set(SIDES)
    held = [figure for side in SIDES for figure in limits.get(side, {})]
    assert sorted(held) == sorted(measured(name))
