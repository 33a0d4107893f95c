"""What the analysis needs of an engine."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Engine(Protocol):
    """Reads posts into numbers. ``light`` now; a heavier and better one can stand beside it."""

    @property
    def name(self) -> str:
        """Name and version, such as ``light/1``; written into each digest."""

    def valence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated probabilities that each post sounds negative, neutral, positive.

        Args:
            texts: Posts as their provider gave them.

        Returns:
            Shape ``(len(texts), 3)``, rows sum to 1.
        """
