"""Ways to find the topics of one person's posts: ours, and what others would use."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from bertopic import BERTopic
from hdbscan import HDBSCAN
from numpy.typing import NDArray
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from umap import UMAP

from context.engines import Engine
from context.named import named_topics
from context.topics import Cluster, Texts
from context.vocabulary import load_vocabulary

SEED = 20_141
TERMS = 30
"""Words that are asked of others for a topic, so that enough are left without names."""

UNTOLD = 10
"""Topics looked for where nobody says how many there are: as many as we keep at most."""

Finder = Callable[[Sequence[str], NDArray[np.float32], int], list[Cluster]]
"""Given posts, what they mean and how many topics there are, which most do not look at, returns
topics."""


def ours(engine: Engine) -> Finder:
    """Return the way of `context.named` with an engine's own distances."""
    vocabulary = load_vocabulary()

    def find(texts: Sequence[str], vectors: NDArray[np.float32], _: int) -> list[Cluster]:
        return named_topics(Texts(texts, vectors), engine, vocabulary)

    return find


def factorised(texts: Sequence[str], _: NDArray[np.float32], _topics: int) -> list[Cluster]:
    """Return ten topics by TF-IDF and NMF, which cannot find out how many there are."""
    return _factorise(texts, UNTOLD)


def factorised_told(texts: Sequence[str], _: NDArray[np.float32], topics: int) -> list[Cluster]:
    """Return topics by TF-IDF and NMF, told how many there are, with one more for the rest."""
    return _factorise(texts, topics + 1)


def bertopic(texts: Sequence[str], vectors: NDArray[np.float32], _: int) -> list[Cluster]:
    """Return topics by BERTopic, given the vectors, set up for a window of a few dozen posts."""
    model = BERTopic(
        umap_model=UMAP(
            n_neighbors=10,
            n_components=5,
            min_dist=0.0,
            metric="cosine",
            random_state=SEED,
            n_jobs=1,
        ),
        hdbscan_model=HDBSCAN(min_cluster_size=4),
        vectorizer_model=CountVectorizer(stop_words="english"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        labels, _probabilities = model.fit_transform(list(texts), vectors)
    found = np.array(labels)
    return [
        Cluster(
            tuple(word for word, _ in model.get_topic(label)[:TERMS]),
            tuple(np.flatnonzero(found == label).tolist()),
        )
        for label in sorted(set(labels) - {-1})
    ]


def _factorise(texts: Sequence[str], topics: int) -> list[Cluster]:
    """Return topics by term weights and non-negative matrix factorisation."""
    vectorizer = TfidfVectorizer(stop_words="english", min_df=2, sublinear_tf=True)
    weights = vectorizer.fit_transform(texts)
    model = NMF(topics, init="nndsvd", max_iter=400, random_state=SEED)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Maximum number of iterations")
        parts = model.fit_transform(weights)
    words = vectorizer.get_feature_names_out()
    labels = np.where(parts.max(axis=1) > 0, parts.argmax(axis=1), -1)
    return [
        Cluster(
            tuple(words[column] for column in np.argsort(-model.components_[label])[:TERMS]),
            tuple(np.flatnonzero(labels == label).tolist()),
        )
        for label in range(topics)
        if (labels == label).any()
    ]
