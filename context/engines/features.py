"""Hashed features of posts: stateless, so that no word of anybody's post is part of a model.

Words one and two at a time with negation marked, and characters two to five at a time within
words, each hashed into its own block of columns (Weinberger et al. 2009, the hashing trick).
Characters are hashed with numpy over the whole batch, which makes it several times as fast as
scikit-learn's ``HashingVectorizer`` for the same features.
"""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from context.text import clean, shorten_elongation, tokens

WORD_COLUMNS = 1 << 18
CHARACTER_COLUMNS = 1 << 18
SHORTEST_RUN = 2
LONGEST_RUN = 5
NEGATION_SCOPE = 4
"""Tokens after a negation that carry its mark, unless a stop or a "but" comes first."""

_NEGATION = re.compile(
    r"(?:not|no|never|none|nobody|nothing|neither|nor|nowhere|cannot|cant|dont|"
    r"wont|isnt|wasnt|didnt|doesnt|couldnt|wouldnt|shouldnt|arent|aint|hardly|without)|.*n['\u2019]t"
)
_SCOPE_ENDS = frozenset({".", ",", ";", ":", "!", "?", "but", "however", "though", "although"})
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BIGRAM = np.uint64(0x100000001B3)


def mark_negation(sequence: Sequence[str]) -> list[str]:
    """Return the tokens with ``not_`` before each one that stands in the scope of a negation."""
    marked = []
    left = 0
    for token in sequence:
        if token[0] in "!?.,;:" or token in _SCOPE_ENDS:
            left = 0
        marked.append(f"not_{token}" if left else token)
        left = max(0, left - 1)
        if _NEGATION.fullmatch(token):
            left = NEGATION_SCOPE
    return marked


def word_features(cleaned: Sequence[str]) -> csr_matrix:
    """Return hashed counts of one and two consecutive tokens; one row per cleaned post."""
    codes: list[int] = []
    lengths = np.empty(len(cleaned), dtype=np.int64)
    for row, text in enumerate(cleaned):
        sequence = mark_negation(tokens(text))
        codes.extend(crc32(token.encode()) for token in sequence)
        lengths[row] = len(sequence)
    ones = np.array(codes, dtype=np.uint64)
    rows = np.repeat(np.arange(len(cleaned)), lengths)
    follows = rows[1:] == rows[:-1]
    twos = (ones[:-1] * _BIGRAM + ones[1:] + np.uint64(1))[follows]
    return _counts(
        np.concatenate([ones, twos]),
        np.concatenate([rows, rows[1:][follows]]),
        (len(cleaned), WORD_COLUMNS),
    )


def character_features(cleaned: Sequence[str]) -> csr_matrix:
    """Return hashed counts of runs of characters within words; one row per cleaned post.

    A run may begin or end with the space beside its word but never crosses it, as in
    scikit-learn's ``char_wb`` analyser.
    """
    padded = [f" {shorten_elongation(text.lower())} " for text in cleaned]
    characters = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(
        np.uint64
    )
    rows = np.repeat(np.arange(len(padded)), [len(text) for text in padded])
    space = characters == ord(" ")
    hashes, owners = [], []
    run = characters.copy()
    inner_space = np.zeros(len(characters), dtype=bool)
    for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
        end = len(characters) - length + 1
        if end <= 0:
            break
        if length > SHORTEST_RUN:
            inner_space = inner_space[:end] | space[length - 2 : length - 2 + end]
        run = run[:end] * _BIGRAM + characters[length - 1 :]
        kept = (rows[:end] == rows[length - 1 :]) & ~inner_space[:end]
        hashes.append(run[kept] + np.uint64(length))
        owners.append(rows[:end][kept])
    return _counts(
        np.concatenate(hashes) if hashes else np.empty(0, np.uint64),
        np.concatenate(owners) if owners else np.empty(0, np.int64),
        (len(padded), CHARACTER_COLUMNS),
    )


def features(texts: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
    """Return the two blocks of raw posts: word counts and character counts."""
    cleaned = [clean(text) for text in texts]
    return word_features(cleaned), character_features(cleaned)


def weigh(counts: csr_matrix, weights: NDArray[np.float32]) -> csr_matrix:
    """Return sublinear TF-IDF rows of unit length: (1 + ln tf)·idf, then the Euclidean norm.

    Args:
        counts: Feature counts, one row per post.
        weights: Inverse document frequency of each column.
    """
    weighed = counts.astype(np.float32)
    weighed.data = (1 + np.log(weighed.data)) * weights[weighed.indices]
    squares = np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel()
    norms = np.sqrt(np.maximum(squares, 1e-12))
    weighed.data /= np.repeat(norms, np.diff(weighed.indptr)).astype(np.float32)
    return weighed


def _counts(
    hashes: NDArray[np.uint64], rows: NDArray[np.int64], shape: tuple[int, int]
) -> csr_matrix:
    mixed = hashes * _MULTIPLIER
    columns = (mixed >> np.uint64(64 - (shape[1].bit_length() - 1))).astype(np.int32)
    # one sort of row·columns keys finds repeated features faster than scipy's COO conversion
    keys, counts = np.unique(rows.astype(np.int64) * shape[1] + columns, return_counts=True)
    indptr = np.searchsorted(keys, np.arange(shape[0] + 1, dtype=np.int64) * shape[1])
    matrix = csr_matrix(shape, dtype=np.float32)
    matrix.data, matrix.indices, matrix.indptr = (
        counts.astype(np.float32),
        (keys % shape[1]).astype(np.int32),
        indptr.astype(np.int32),
    )
    return matrix
