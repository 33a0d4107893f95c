"""Static embeddings: the meaning of a post as the mean of its tokens' vectors.

Learned so that the mean comes close to the encoder's meaning of whole posts (as in
Model2Vec and Tokenlearn, Tulkens and van Dongen 2024); at run time a tokenizer and numpy.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from tokenizers import Tokenizer

from context.engines.wording import word

MAX_TOKENS = 256
"""Tokens of a post that are read."""


class StaticEmbeddings:
    """Reads posts into vectors; each post by itself.

    Args:
        tokenizer: The tokenizer as JSON.
        vectors: Shape (tokens, dimensions) in eight-bit integers, weights of the tokens included.
        scales: Shape (tokens,): what a row's integers are multiplied with.
    """

    def __init__(
        self, tokenizer: str, vectors: NDArray[np.int8], scales: NDArray[np.float32]
    ) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._vectors = vectors.astype(np.float32) * scales[:, None]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per post; zeros for a post without tokens.

        Args:
            texts: Posts as their provider gave them.
        """
        rows = [
            found.ids
            for found in self._tokenizer.encode_batch(
                [word(text) for text in texts], add_special_tokens=False
            )
        ]
        ends = np.cumsum([0, *(len(row) for row in rows)])
        columns = np.array([token for row in rows for token in row], dtype=np.int32)
        counts = csr_matrix(
            (np.ones(len(columns), dtype=np.float32), columns, ends),
            shape=(len(rows), len(self._vectors)),
        )
        summed = np.asarray(counts @ self._vectors)
        norms = np.linalg.norm(summed, axis=1, keepdims=True)
        return np.asarray(summed / np.maximum(norms, 1e-9), dtype=np.float32)
