"""Heads: linear models over hashed features and an encoder's numbers, all in one product.

Every task has its own columns; what all tasks share, the features, is computed once per post.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from context.artefacts import ModelError
from context.engines.features import features, weigh

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, repr=False)
class Head:
    """One task: its classes, and where its scores are among all heads' scores.

    Attributes:
        classes: Names of the classes, in the order of the columns.
        columns: Its columns.
        exclusive: Whether a post is of exactly one class; else each class is a yes or a no.
    """

    classes: tuple[str, ...]
    columns: slice
    exclusive: bool

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return this task's probabilities, given the scores of all heads."""
        own = scores[:, self.columns]
        if not self.exclusive:
            return np.asarray(1 / (1 + np.exp(-np.clip(own, -60, 60))))
        exponents = np.exp(own - own.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


class Heads:
    """All heads of an engine that read the same numbers.

    Args:
        arrays: What ``training.heads`` wrote: ``dense`` (coefficients, a row per number of the
            encoder and a column per class), ``intercept``, for each task ``<task>.classes``,
            ``.first`` and ``.exclusive``; and, where hashed features are read too, ``words``,
            ``characters`` (coefficients) and ``word_weights``, ``character_weights`` (inverse
            document frequencies).

    Raises:
        ModelError: If something is missing.
    """

    def __init__(self, arrays: Arrays) -> None:
        try:
            self._dense = arrays["dense"].astype(np.float32)
            self._intercept = arrays["intercept"].astype(np.float64)
            self._hashed = "words" in arrays
            if self._hashed:
                self._words = arrays["words"].astype(np.float32)
                self._characters = arrays["characters"].astype(np.float32)
                self._word_weights = arrays["word_weights"].astype(np.float32)
                self._character_weights = arrays["character_weights"].astype(np.float32)
            names = [key.removesuffix(".classes") for key in arrays if key.endswith(".classes")]
            self.tasks = {name: _head(arrays, name) for name in names}
        except KeyError as error:
            raise ModelError(f"the heads lack {error}: install the package again") from None

    def scores(self, texts: Sequence[str], dense: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the scores of all heads, one row per post.

        Args:
            texts: Posts as their provider gave them.
            dense: What an encoder made of them, one row per post.
        """
        found = np.asarray(dense @ self._dense + self._intercept, dtype=np.float64)
        if self._hashed:
            words, characters = features(texts)
            found += weigh(words, self._word_weights) @ self._words
            found += weigh(characters, self._character_weights) @ self._characters
        return found

    def probabilities(
        self, task: str, texts: Sequence[str], dense: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Return one task's probabilities, one row per post."""
        return self.tasks[task].probabilities(self.scores(texts, dense))


def _head(arrays: Arrays, task: str) -> Head:
    classes = tuple(arrays[f"{task}.classes"].tobytes().decode("ascii").split("\n"))
    first = int(arrays[f"{task}.first"].item())
    columns = slice(first, first + len(classes))
    return Head(classes, columns, bool(arrays[f"{task}.exclusive"].item()))
