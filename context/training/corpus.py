"""Texts of the training as numbers, computed once and kept in a working folder."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from context.engines.encoder import Encoded, Encoder
from context.engines.features import features, weigh

_CHUNK = 256
MIN_POSTS = 2
"""Texts below which a hashed feature is left out."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Reads texts by the encoder and into hashed features.

    Attributes:
        encoder: The encoder that ships.
        stamp: Checksum of the encoder, so that another one's numbers are not taken for its own.
        work: Folder for what was computed.
        workers: Threads.
        report: Called with the part done, 0 to 1.
    """

    encoder: Encoder
    stamp: str
    work: Path
    workers: int = 2
    report: Callable[[float], None] = field(default=lambda _: None)

    def encode(self, texts: Sequence[str], about: Sequence[str] | None = None) -> Encoded:
        """Return tone and meaning of texts."""
        told = sha256("\x1e".join([self.stamp, *texts, *(about or ())]).encode()).hexdigest()[:16]
        path = self.work / f"{told}.npz"
        if path.exists():
            return _kept(path)
        starts = range(0, len(texts), _CHUNK)
        parts = []
        with ThreadPoolExecutor(self.workers) as pool:
            for done, part in enumerate(
                pool.map(
                    lambda at: self.encoder.encode(
                        texts[at : at + _CHUNK], about[at : at + _CHUNK] if about else None
                    ),
                    starts,
                )
            ):
                parts.append(part)
                self.report((done + 1) / len(starts))
        self.work.mkdir(parents=True, exist_ok=True)
        np.savez(
            path,
            tone=np.concatenate([part.tone for part in parts]).astype(np.float16),
            meaning=np.concatenate([part.meaning for part in parts]).astype(np.float16),
        )
        return _kept(path)


def _kept(path: Path) -> Encoded:
    """Return what was kept; also when it was just made, so that a second run sees the same."""
    with np.load(path) as kept:
        return Encoded(kept["tone"].astype(np.float32), kept["meaning"].astype(np.float32))


@dataclass(frozen=True, slots=True, repr=False)
class Hashing:
    """Hashed features with the inverse document frequencies of all training texts.

    Attributes:
        word_weights: Inverse document frequency of each word column.
        character_weights: The same of each character column.
    """

    word_weights: NDArray[np.float32]
    character_weights: NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Hashing":
        """Return the hashing whose frequencies are those of ``texts``."""
        words, characters = features(texts)
        return cls(rarity(words), rarity(characters))

    def block(self, texts: Sequence[str]) -> csr_matrix:
        """Return the weighed features of texts, words' columns first."""
        words, characters = features(texts)
        return csr_matrix(
            hstack([weigh(words, self.word_weights), weigh(characters, self.character_weights)])
        )


def rarity(counts: csr_matrix) -> NDArray[np.float32]:
    """Return inverse document frequencies; 0 for columns met in fewer than two posts."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    weights = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    return np.where(frequency < MIN_POSTS, 0.0, weights).astype(np.float32)
