"""The light engine: hashed features, static embeddings and linear models, for any machine."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from context.engines.engine import Readings
from context.engines.heads import Heads
from context.engines.level import level_all
from context.engines.scoring import readings, scored, sensitive_as_it_stands
from context.engines.static import StaticEmbeddings

_BATCH = 512
_CLAUSE = re.compile(r"[.!?;,\n]+\s|\s(?:but|while|whereas|although)\s", re.IGNORECASE)


class LightEngine:
    """Reads each post by itself; thousands of posts per second on one core.

    Args:
        embeddings: Give meaning.
        heads: Of what is read of a post, over hashed features and meaning.
        subjects: Of the task ``subjects``, over meaning.
    """

    name = "light/3"
    near = 0.78
    blend = 0.6

    def __init__(self, embeddings: StaticEmbeddings, heads: Heads, subjects: Heads) -> None:
        self._embeddings = embeddings
        self._heads = heads
        self._subjects = subjects

    def read(self, texts: Sequence[str]) -> Readings:
        """Return posts as numbers.

        Args:
            texts: Posts as their provider gave them.
        """
        parts = [self._read(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        return Readings.joined(parts or [self._read([])])

    def toward(self, texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated valence toward what is named: that of the clause that names it.

        Args:
            texts: Posts as their provider gave them.
            targets: For each, a name that stands in it, such as a brand's.

        Returns:
            Shape ``(len(texts), 3)``, rows sum to 1.
        """
        near = [_around(text, target) for text, target in zip(texts, targets, strict=True)]
        return self.read(near).valence

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
        vectors = self._embeddings.encode(texts)
        levelled, tone, _ = self._levelled(texts, vectors)
        return scored(task, levelled, tone, vectors, self._heads, self._subjects)

    def _read(self, texts: Sequence[str]) -> Readings:
        vectors = self._embeddings.encode(texts)
        levelled, tone, changed = self._levelled(texts, vectors)
        found = readings(self._heads, levelled, tone, vectors)
        return sensitive_as_it_stands(found, self._heads, texts, vectors, changed)

    def _levelled(
        self, texts: Sequence[str], vectors: NDArray[np.float32]
    ) -> tuple[list[str], NDArray[np.float32], list[int]]:
        """Return the posts levelled, their embeddings so, and which changed.

        Args:
            texts: The posts.
            vectors: Their embeddings as they stand, right for those that are level already.
        """
        levelled, changed = level_all(texts)
        tone = vectors.copy()
        tone[changed] = self._embeddings.encode([levelled[row] for row in changed])
        return levelled, tone, changed


def _around(text: str, target: str) -> str:
    """Return the clause that names the target; the whole text where none does."""
    clauses = _CLAUSE.split(text)
    return next((clause for clause in clauses if target.lower() in clause.lower()), text)
