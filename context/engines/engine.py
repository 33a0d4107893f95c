"""What the analysis needs of an engine."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, repr=False)
class Readings:
    """Posts as numbers; row i is text i.

    Attributes:
        valence: Calibrated probabilities of negative, neutral, positive; rows sum to 1.
        emotions: Probability that each emotion is there, independent, in the order of ``EMOTIONS``.
        irony: Probability that the text means the opposite of what it says; one per text.
        sensitive: Probability that the text touches a sensitive category; one per text.
        intents: Probability that each intent is there, independent, in the order of ``INTENTS``.
        vectors: What the texts mean; unit rows, a row of zeros for an empty text.
    """

    valence: NDArray[np.float64]
    emotions: NDArray[np.float64]
    irony: NDArray[np.float64]
    sensitive: NDArray[np.float64]
    intents: NDArray[np.float64]
    vectors: NDArray[np.float32]

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Readings":
        """Return some of the rows."""
        return Readings(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence["Readings"]) -> "Readings":
        """Return the rows of several, one after the other.

        Args:
            parts: At least one.
        """
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Engine(Protocol):
    """Reads posts into numbers: ``full`` by an encoder, ``light`` without one.

    A post is read alike whatever stands beside it: what one person writes cannot sway how another
    is read, nor an old post how a new one is.
    """

    @property
    def name(self) -> str:
        """Name and version, such as ``full/1``; written into each digest."""

    @property
    def near(self) -> float:
        """Distance, 0 to 1, up to which posts are of one topic; see ``context.topics``."""

    @property
    def blend(self) -> float:
        """Weight of ``vectors`` beside shared words in that distance, 0 to 1."""

    def read(self, texts: Sequence[str]) -> Readings:
        """Return posts as numbers.

        Args:
            texts: Posts as their provider gave them.
        """

    def toward(self, texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated valence toward what is named.

        Args:
            texts: Posts as their provider gave them.
            targets: For each, a name that stands in it, such as a brand's.

        Returns:
            Shape ``(len(texts), 3)``, rows sum to 1.
        """

    def subjects(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return how likely each broad subject is.

        Args:
            vectors: Unit rows: of posts, or the normalised means of several.

        Returns:
            Shape ``(len(vectors), len(SUBJECTS) + 1)``, rows sum to 1: the probabilities in the
            order of ``SUBJECTS``, then of none of them.
        """

    def score(self, task: str, texts: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return one task's classes and their probabilities, one row per text.

        Args:
            task: ``sentiment``, ``emotion``, ``intents`` or ``subjects``.
            texts: Posts as their provider gave them.
        """
