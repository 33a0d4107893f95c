"""Topics of a window: clusters of posts, named by words of the closed vocabulary.

Posts are clustered in memory on all their words; what is kept of a cluster is its most telling
terms, each of the vocabulary and each used in at least two of its posts. A topic has at least
three posts that differ, so that no topic is one post.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.cluster import AgglomerativeClustering

from context.digest import TopicRecord
from context.text import clean, common_words, words
from context.vocabulary import Vocabulary

MIN_POSTS = 3
"""Posts, different in wording, below which there is no topic."""
MIN_POSTS_PER_TERM = 2
"""Posts of the topic that must use a term before it names the topic."""
MAX_TOPICS = 10
MAX_TERMS = 5
NEAR = 0.82
"""Cosine distance up to which clusters are merged.

Chosen on simulated people: posts about named entities (topics found .91, NMI .86) and questions by
intent (.83, .73), a quarter noise. Non-negative factorisation into eight: .92, .82 and .80, .72.
"""
SAME_TOPIC = 0.3
"""Overlap of terms from which on two topics are taken for one, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A topic found in a window.

    Attributes:
        terms: Its words, the most telling first.
        members: Rows of its posts.
    """

    terms: tuple[str, ...]
    members: tuple[int, ...]


def find_topics(texts: Sequence[str], vocabulary: Vocabulary) -> list[Cluster]:
    """Return the topics of one person's posts, the largest first.

    Args:
        texts: Her posts; equal input in equal order gives equal topics.
        vocabulary: The words that may be kept.
    """
    cleaned = [clean(text) for text in texts]
    bags = [Counter(words(text)) for text in cleaned]
    terms = [_terms(common_words(text), vocabulary) for text in cleaned]
    rows = [row for row, bag in enumerate(bags) if bag]
    if len(rows) < MIN_POSTS:
        return []
    labels = _cluster(_vectors([bags[row] for row in rows], vocabulary))
    clusters = []
    for label in sorted(set(labels.tolist())):
        members = tuple(row for row, found in zip(rows, labels, strict=True) if found == label)
        if len({frozenset(bags[row].items()) for row in members}) < MIN_POSTS:
            continue
        named = _name([terms[row] for row in members], terms, vocabulary)
        if named:
            clusters.append(Cluster(named, members))
    clusters.sort(key=lambda c: (-len(c.members), c.terms))
    return clusters[:MAX_TOPICS]


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how far two topics' terms agree, 0 to 1; earlier terms weigh more.

    Weighted Jaccard index with weights 1, 1/2, 1/3 … by rank.
    """
    left = {term: 1 / rank for rank, term in enumerate(one, start=1)}
    right = {term: 1 / rank for rank, term in enumerate(other, start=1)}
    both = sorted(left.keys() | right.keys())
    highest = sum(max(left.get(t, 0.0), right.get(t, 0.0)) for t in both)
    return sum(min(left.get(t, 0.0), right.get(t, 0.0)) for t in both) / highest if highest else 0.0


def identities(
    clusters: Sequence[Cluster], past: Sequence[TopicRecord]
) -> list[TopicRecord | None]:
    """Return for each cluster the past topic that it continues, or None; each topic once."""
    pairs = sorted(
        (-overlap(cluster.terms, record.terms), index, position)
        for index, cluster in enumerate(clusters)
        for position, record in enumerate(past)
    )
    found: list[TopicRecord | None] = [None] * len(clusters)
    taken: set[int] = set()
    for distance, index, position in pairs:
        if -distance >= SAME_TOPIC and found[index] is None and position not in taken:
            found[index] = past[position]
            taken.add(position)
    return found


def new_id(terms: Sequence[str], taken: set[str]) -> str:
    """Return an id for a new topic, made of its terms so that equal windows give equal ids."""
    for salt in range(len(taken) + 1):
        made = "top_" + sha256(f"{salt} {' '.join(terms)}".encode()).hexdigest()[:8]
        if made not in taken:
            break
    return made


def _terms(found: Sequence[str], vocabulary: Vocabulary) -> set[str]:
    return {term for word in found if (term := vocabulary.term(word))}


def _vectors(bags: Sequence[Counter[str]], vocabulary: Vocabulary) -> csr_matrix:
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


def _cluster(vectors: csr_matrix) -> NDArray[np.int64]:
    # rounded, since the last bit of a dot product differs between machines
    distance = np.round(1 - (vectors @ vectors.T).toarray(), 6).clip(0, 1)
    np.fill_diagonal(distance, 0)
    model = AgglomerativeClustering(
        None, metric="precomputed", linkage="average", distance_threshold=NEAR
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
        if count >= MIN_POSTS_PER_TERM
    }
    ranked = sorted(scores, key=lambda term: (-scores[term], term))
    return tuple(ranked[:MAX_TERMS])
