"""How well topics are found and named, on simulated people."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import normalized_mutual_info_score

from benchmarks.engine.people import Person
from context.text import clean, words
from context.topics import Cluster
from context.views.naming import LABEL_TERMS
from context.vocabulary import load_vocabulary

FOUND = 0.5
"""F1 of the best cluster from which on a topic counts as found."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one person's topics.

    Attributes:
        nmi: Normalised mutual information of topics and entities, over posts about entities;
            posts of no topic are one class.
        found: For each entity, whether some topic is about it.
        labels: For each found one, whether the topic's label tells it from her other ones.
        closed: The same of a label without words outside our closed vocabulary, such as names.
    """

    nmi: float
    found: list[bool]
    labels: list[bool]
    closed: list[bool]


def topic_figures(
    people: Sequence[Person],
    vectors: Sequence[NDArray[np.float32]],
    find: Callable[[Sequence[str], NDArray[np.float32], int], list[Cluster]],
) -> dict[str, float]:
    """Return the figures of a way to find topics.

    Args:
        people: Simulated people.
        vectors: What the posts of each mean.
        find: The way.

    Returns:
        ``nmi``; ``found``, ``label_hit`` and ``closed_hit`` as shares; and ``ms``: median
        milliseconds of processor time per person, reading of the posts not included.
    """
    results, times = [], []
    for person, meant in zip(people, vectors, strict=True):
        started = time.process_time()
        clusters = find(person.texts, meant, len(person.elsewhere))
        times.append(time.process_time() - started)
        results.append(compare(person, clusters))
    return {
        "nmi": float(np.mean([result.nmi for result in results])),
        "found": _share(hit for result in results for hit in result.found),
        "label_hit": _share(hit for result in results for hit in result.labels),
        "closed_hit": _share(hit for result in results for hit in result.closed),
        "ms": 1_000 * float(np.median(times)),
    }


def compare(person: Person, clusters: Sequence[Cluster]) -> Found:
    """Return what a person's topics have of her entities."""
    labels = np.full(len(person.texts), -1)
    for number, cluster in enumerate(clusters):
        labels[list(cluster.members)] = number
    about = np.array(person.about)
    told = about != ""
    found, labels_tell, closed_tell = [], [], []
    for entity in sorted(person.elsewhere):
        scores = [_f1(about == entity, labels == number) for number in range(len(clusters))]
        best = int(np.argmax(scores)) if scores else -1
        found.append(bool(scores) and scores[best] >= FOUND)
        if found[-1]:
            terms = clusters[best].terms
            closed = [term for term in terms if load_vocabulary().term(term)]
            labels_tell.append(tells(terms[:LABEL_TERMS], entity, person.elsewhere))
            closed_tell.append(tells(closed[:LABEL_TERMS], entity, person.elsewhere))
    nmi = float(normalized_mutual_info_score(about[told], labels[told]))
    return Found(nmi, found, labels_tell, closed_tell)


def tells(label: Sequence[str], entity: str, elsewhere: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a label tells an entity from others by what others write about them.

    It does if its words stand in a larger share of other people's posts about this entity than of
    those about any other. So a label need not hold a name, which no label of ours may.

    Args:
        label: Words of the label.
        entity: The entity.
        elsewhere: Posts about each entity that the label was not made from.
    """
    folded = _folded(label)
    shares = {
        name: float(np.mean([bool(folded & _folded(words(clean(text)))) for text in texts]))
        for name, texts in elsewhere.items()
    }
    return all(shares[entity] > share for name, share in shares.items() if name != entity)


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / max(1, len(counted))


def _folded(found: Sequence[str]) -> set[str]:
    forms = load_vocabulary().folded
    return {forms.get(word.lower(), word.lower()) for word in found}


def _f1(true: NDArray[np.bool_], told: NDArray[np.bool_]) -> float:
    both = int((true & told).sum())
    return 2 * both / max(1, int(true.sum() + told.sum()))
