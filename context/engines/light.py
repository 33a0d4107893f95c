"""The light engine: hashed features and a linear model, for any machine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from context.emotion import EMOTIONS
from context.engines.engine import Readings
from context.engines.features import features, weigh
from context.intents import INTENTS
from context.subjects import SUBJECTS

_BATCH = 512


@dataclass(frozen=True, slots=True, repr=False)
class LinearModel:
    """A multinomial linear model over the two blocks of hashed features.

    Attributes:
        word_weights: Inverse document frequency of each word column.
        character_weights: The same of each character column.
        word_coefficients: Shape (word columns, classes).
        character_coefficients: Shape (character columns, classes).
        intercept: One per class.
        scale: Calibration, multiplies the scores (matrix scaling, Guo et al. 2017).
        shift: Calibration, added to the scores.
    """

    word_weights: NDArray[np.float32]
    character_weights: NDArray[np.float32]
    word_coefficients: NDArray[np.float32]
    character_coefficients: NDArray[np.float32]
    intercept: NDArray[np.float32]
    scale: NDArray[np.float32]
    shift: NDArray[np.float32]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return uncalibrated scores, one row per text and one column per class."""
        words, characters = features(texts)
        return np.asarray(
            weigh(words, self.word_weights) @ self.word_coefficients
            + weigh(characters, self.character_weights) @ self.character_coefficients
            + self.intercept,
            dtype=np.float64,
        )

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated probabilities, rows summing to 1."""
        calibrated = self.scores(texts) @ self.scale + self.shift
        exponents = np.exp(calibrated - calibrated.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


class LightEngine:
    """Sentiment from hashed words and characters; thousands of posts per second on one core.

    Args:
        sentiment: The model of the classes negative, neutral, positive.
    """

    name = "light/1"
    near = 0.82
    blend = 0.0

    def __init__(self, sentiment: LinearModel) -> None:
        self._sentiment = sentiment

    def valence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated probabilities that each post sounds negative, neutral, positive.

        Args:
            texts: Posts as their provider gave them.

        Returns:
            Shape ``(len(texts), 3)``, rows sum to 1.
        """
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return np.concatenate(
            [np.empty((0, 3)), *(self._sentiment.probabilities(batch) for batch in batches)]
        )

    def read(self, texts: Sequence[str]) -> Readings:
        """Return posts as numbers: their valence; of all else this engine tells nothing."""
        rows = len(texts)
        return Readings(
            valence=self.valence(texts),
            emotions=np.zeros((rows, len(EMOTIONS))),
            irony=np.zeros(rows),
            intents=np.zeros((rows, len(INTENTS))),
            vectors=np.zeros((rows, 1), dtype=np.float32),
        )

    def toward(self, texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
        """Return the valence of the whole text, whatever is named in it."""
        del targets
        return self.valence(texts)

    def subjects(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return that no subject is told."""
        found = np.zeros((len(vectors), len(SUBJECTS) + 1))
        found[:, -1] = 1.0
        return found
