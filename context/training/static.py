"""Learning of static embeddings: a vector per token whose sum points where the encoder points.

The vectors begin as what the encoder makes of each token alone (Model2Vec, Tulkens and van Dongen
2024) weighed by smooth inverse frequency (Arora et al. 2017), and then learn from whole posts by
stochastic gradients (Adagrad, Duchi et al. 2011).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from tokenizers import Tokenizer

from context.engines.wording import word

Floats = NDArray[np.float32]

DIMENSIONS = 256
EPOCHS = 6
BATCH = 512
RATE = 0.02
COMMON = 1e-4
"""Frequency at which a token's first weight is one half."""
SEED = 20_141

_SAMPLE = 50_000
_TINY = 1e-8


def learn_static(
    tokenizer: Tokenizer, alone: Floats, texts: Sequence[str], meanings: Floats
) -> tuple[NDArray[np.int8], Floats]:
    """Return the tokens' vectors in eight-bit integers and each row's scale.

    Args:
        tokenizer: Cuts texts into the tokens whose rows ``alone`` has.
        alone: Shape (tokens, 384): the encoder's meaning of each token by itself.
        texts: Posts to learn from.
        meanings: Shape (posts, 384): the encoder's meaning of each, unit rows.
    """
    sample = meanings[:: max(1, len(meanings) // _SAMPLE)]
    dimensions = min(DIMENSIONS, len(sample) - 1)
    reduce = TruncatedSVD(dimensions, random_state=SEED).fit(sample)
    aims = _unit(reduce.transform(meanings))
    counts = _counts(tokenizer, texts, len(alone))
    frequency = np.asarray(counts.sum(axis=0)).ravel() / max(1.0, counts.sum())
    vectors = (reduce.transform(alone) * (COMMON / (COMMON + frequency))[:, None]).astype(
        np.float32
    )
    return quantise(_learn(vectors, counts, aims))


def quantise(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return rows as eight-bit integers and the scale of each row."""
    scales = np.maximum(np.abs(vectors).max(axis=1), _TINY) / 127
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _learn(vectors: Floats, counts: csr_matrix, aims: Floats) -> Floats:
    random = np.random.default_rng(SEED)
    squares = np.full_like(vectors, _TINY)
    used = np.flatnonzero(np.diff(counts.indptr))
    steps = EPOCHS * (len(used) // BATCH + 1)
    for step in range(steps):
        chosen = random.choice(used, min(BATCH, len(used)), replace=False)
        batch = counts[chosen]
        touched = np.unique(batch.indices)
        gradient = np.asarray(
            batch[:, touched].T @ _toward(np.asarray(batch @ vectors), aims[chosen])
        )
        squares[touched] += gradient**2
        rate = RATE * (1 - step / steps)
        vectors[touched] -= rate * gradient / np.sqrt(squares[touched])
    return vectors


def _toward(summed: Floats, aims: Floats) -> Floats:
    """Return the gradient of one less the cosine, by the sums."""
    lengths = np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), _TINY)
    unit = summed / lengths
    cosines = (unit * aims).sum(axis=1, keepdims=True)
    return np.asarray((cosines * unit - aims) / lengths, dtype=np.float32)


def _counts(tokenizer: Tokenizer, texts: Sequence[str], tokens: int) -> csr_matrix:
    rows = [
        found.ids
        for found in tokenizer.encode_batch([word(t) for t in texts], add_special_tokens=False)
    ]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([token for row in rows for token in row], dtype=np.int32)
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((ones, columns, ends), shape=(len(rows), tokens))


def _unit(rows: NDArray[np.floating]) -> Floats:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, _TINY), dtype=np.float32)
