"""The full engine: linear heads over a small transformer and hashed words and characters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from context.engines.encoder import Encoded, Encoder
from context.engines.engine import Readings
from context.engines.heads import Heads
from context.engines.level import level_all
from context.engines.scoring import readings, scored, sensitive_as_it_stands


class FullEngine:
    """Reads posts by the encoder; hundreds of posts per second on one core.

    Args:
        encoder: Gives tone and meaning.
        heads: Of what is read of a post, over hashed features, tone and meaning.
        subjects: Of the task ``subjects``, over meaning.
        targets: Of the task ``targets``, over tone and meaning with regard to a target.
    """

    name = "full/2"
    near = 0.78
    blend = 0.65

    def __init__(self, encoder: Encoder, heads: Heads, subjects: Heads, targets: Heads) -> None:
        self._encoder = encoder
        self._heads = heads
        self._subjects = subjects
        self._targets = targets

    def read(self, texts: Sequence[str]) -> Readings:
        """Return posts as numbers.

        Args:
            texts: Posts as their provider gave them.
        """
        encoded = self._encoder.encode(texts)
        levelled, tone, changed = self._levelled(texts, encoded)
        found = readings(self._heads, levelled, dense(tone), encoded.meaning)
        return sensitive_as_it_stands(found, self._heads, texts, dense(encoded), changed)

    def toward(self, texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated valence toward what is named.

        Args:
            texts: Posts as their provider gave them.
            targets: For each, a name that stands in it, such as a brand's.

        Returns:
            Shape ``(len(texts), 3)``, rows sum to 1.
        """
        encoded = self._encoder.encode(texts, targets)
        return self._targets.probabilities("targets", texts, dense(encoded))

    def subjects(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return how likely each broad subject is.

        Args:
            vectors: Unit rows: of posts, or the normalised means of several.

        Returns:
            Shape ``(len(vectors), len(SUBJECTS) + 1)``, rows sum to 1: the probabilities in the
            order of ``SUBJECTS``, then of none of them.
        """
        return self._subjects.probabilities("subjects", (), vectors)

    def score(self, task: str, texts: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return a task's classes and their probabilities for each post; see ``scoring.scored``."""
        encoded = self._encoder.encode(texts)
        levelled, tone, _ = self._levelled(texts, encoded)
        return scored(task, levelled, dense(tone), encoded.meaning, self._heads, self._subjects)

    def _levelled(
        self, texts: Sequence[str], encoded: Encoded
    ) -> tuple[list[str], Encoded, list[int]]:
        """Return the posts levelled, what the encoder makes of them so, and which changed.

        Args:
            texts: The posts.
            encoded: What it makes of them as they stand, right for those that are level already.
        """
        levelled, changed = level_all(texts)
        again = self._encoder.encode([levelled[row] for row in changed])
        tone, meaning = encoded.tone.copy(), encoded.meaning.copy()
        tone[changed], meaning[changed] = again.tone, again.meaning
        return levelled, Encoded(tone, meaning), changed


def dense(encoded: Encoded) -> NDArray[np.float32]:
    """Return tone and meaning side by side, of like magnitude, for the heads."""
    return np.hstack([encoded.tone, encoded.meaning * np.float32(np.sqrt(384))])
