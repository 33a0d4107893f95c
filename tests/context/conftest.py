"""What the engine's tests share: a time, and an engine that reads by two short word lists."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray


class PlainEngine:
    """Reads "good" words as positive and "bad" words as negative; fast and foreseeable."""

    name = "plain/1"
    good = ("good", "great", "love", "happy")
    bad = ("bad", "awful", "hate", "broken")

    def valence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        scores = np.array(
            [
                [sum(w in text for w in self.bad), 0.5, sum(w in text for w in self.good)]
                for text in texts
            ],
            dtype=float,
        ).reshape(-1, 3)
        exponents = np.exp(2 * scores)
        return exponents / exponents.sum(axis=1, keepdims=True)


@pytest.fixture(scope="session")
def engine() -> PlainEngine:
    return PlainEngine()


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
