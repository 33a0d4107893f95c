"""Topics of a window: clusters of posts, told by words of the closed vocabulary.

Posts are clustered in memory by what they mean and by the words they share; what is kept of a
cluster is its most telling terms, each of the vocabulary and each used by several of its voices. A
voice is a wording where one person is read, and a person where many are: so no topic is one post,
and no topic of a network is one person's.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from context.subjects import Subject
from context.text import clean, common_words, words
from context.vocabulary import Vocabulary

MIN_VOICES = 3
"""Posts, different in wording, below which one person has no topic."""
MIN_VOICES_PER_TERM = 2
"""Posts of the topic, different in wording, that must use a term before it names the topic."""
MAX_TERMS = 5
SAME_TOPIC = 0.3
"""Overlap of terms from which on two topics are taken for one, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A topic found in a window.

    Attributes:
        terms: Its words, the most telling first; empty where no word that may be kept tells it.
        members: Rows of its posts.
        subject: The broad subject it is of, if any; not known yet where the topic was just found.
    """

    terms: tuple[str, ...]
    members: tuple[int, ...]
    subject: Subject | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Texts:
    """Posts as the clustering sees them; row i of each is post i.

    Attributes:
        texts: The posts.
        vectors: What they mean; unit rows, zeros where nothing is known.
        voices: Who or what each is one more witness of; None counts each wording once.
    """

    texts: Sequence[str]
    vectors: NDArray[np.float32]
    voices: Sequence[str] | None = None


def find_topics(
    posts: Texts,
    near: float,
    blend: float,
    vocabulary: Vocabulary,
    *,
    min_voices: int = MIN_VOICES,
    min_voices_per_term: int = MIN_VOICES_PER_TERM,
) -> list[Cluster]:
    """Return the topics of posts, the largest first.

    Args:
        posts: The posts; equal input in equal order gives equal topics.
        near: Mean distance up to which clusters are merged.
        blend: Weight of the vectors' cosine distance beside that of shared words, 0 to 1.
        vocabulary: The words that may be kept.
        min_voices: Distinct voices below which there is no topic.
        min_voices_per_term: Distinct voices that must use a term before it names a topic.
    """
    cleaned = [clean(text) for text in posts.texts]
    bags = [Counter(words(text)) for text in cleaned]
    terms = [_terms(common_words(text), vocabulary) for text in cleaned]
    voices = posts.voices or [" ".join(sorted(bag.elements())) for bag in bags]
    rows = [row for row, bag in enumerate(bags) if bag]
    if len(rows) < min_voices:
        return []
    shared = _shared([bags[row] for row in rows], vocabulary)
    labels = _cluster(posts.vectors[rows], shared, near, blend)
    clusters = []
    for label in sorted(set(labels.tolist())):
        members = tuple(row for row, found in zip(rows, labels, strict=True) if found == label)
        if len({voices[row] for row in members}) < min_voices:
            continue
        witnesses = Counter(
            term for term, _ in {(term, voices[row]) for row in members for term in terms[row]}
        )
        allowed = {term for term, seen in witnesses.items() if seen >= min_voices_per_term}
        named = _name([terms[row] & allowed for row in members], terms, vocabulary)
        clusters.append(Cluster(named, members))
    return largest(clusters)


def largest(clusters: Iterable[Cluster]) -> list[Cluster]:
    """Return topics, the largest first."""
    return sorted(clusters, key=lambda c: (-len(c.members), c.terms, c.members))


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how far two topics' terms agree, 0 to 1; earlier terms weigh more.

    Weighted Jaccard index with weights 1, 1/2, 1/3 … by rank.
    """
    left = {term: 1 / rank for rank, term in enumerate(one, start=1)}
    right = {term: 1 / rank for rank, term in enumerate(other, start=1)}
    both = sorted(left.keys() | right.keys())
    highest = sum(max(left.get(t, 0.0), right.get(t, 0.0)) for t in both)
    return sum(min(left.get(t, 0.0), right.get(t, 0.0)) for t in both) / highest if highest else 0.0


def centroids(vectors: NDArray[np.float32], clusters: Sequence[Cluster]) -> NDArray[np.float32]:
    """Return the direction of each cluster's mean; zeros where nothing is known."""
    means = np.array([vectors[list(c.members)].mean(axis=0) for c in clusters], dtype=np.float32)
    means = means.reshape(len(clusters), vectors.shape[1])
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(norms, 1e-12), dtype=np.float32)


def _terms(found: Sequence[str], vocabulary: Vocabulary) -> set[str]:
    return {term for word in found if (term := vocabulary.term(word))}


def _shared(bags: Sequence[Counter[str]], vocabulary: Vocabulary) -> csr_matrix:
    """Return unit rows over folded words of two posts or more, rare words weighing more."""
    folded = [{vocabulary.folded.get(word, word) for word in bag} for bag in bags]
    used = Counter(word for bag in folded for word in bag)
    columns = {
        word: i
        for i, word in enumerate(
            sorted(w for w, n in used.items() if n > 1 and w not in vocabulary.quiet)
        )
    }
    rows, cols, data = [], [], []
    for row, bag in enumerate(folded):
        for word in sorted(bag & columns.keys()):
            rows.append(row)
            cols.append(columns[word])
            data.append(vocabulary.rarity(word))
    matrix = csr_matrix((data, (rows, cols)), shape=(len(bags), max(1, len(columns))))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.maximum(norms, 1e-12), np.diff(matrix.indptr))
    return matrix


def _cluster(
    vectors: NDArray[np.float32], shared: csr_matrix, near: float, blend: float
) -> NDArray[np.int64]:
    # takes a second to import, which only a process that reads posts should wait for
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - as said

    meant = vectors.astype(np.float64)
    likeness = blend * (meant @ meant.T) + (1 - blend) * (shared @ shared.T).toarray()
    # rounded, since the last bit of a dot product differs between machines
    distance = np.round(1 - likeness, 6).clip(0, 2)
    np.fill_diagonal(distance, 0)
    model = AgglomerativeClustering(
        None, metric="precomputed", linkage="average", distance_threshold=near
    )
    return np.asarray(model.fit_predict(distance))


def _name(
    members: Sequence[set[str]], everyone: Sequence[set[str]], vocabulary: Vocabulary
) -> tuple[str, ...]:
    """Return the terms that tell the cluster from background and other posts (c-TF-IDF)."""
    inside = Counter(term for terms in members for term in terms)
    overall = Counter(term for terms in everyone for term in terms)
    scores = {
        term: count**1.5 * vocabulary.rarity(term) * log(1 + len(everyone) / overall[term])
        for term, count in inside.items()
    }
    ranked = sorted(scores, key=lambda term: (-scores[term], term))
    return tuple(ranked[:MAX_TERMS])
