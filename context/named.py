"""Topics with what they are called: terms of the vocabulary, a broad subject, or both."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from context.engines.engine import Engine
from context.subjects import SUBJECTS, Subject
from context.topics import (
    MIN_VOICES,
    MIN_VOICES_PER_TERM,
    Cluster,
    Texts,
    centroids,
    find_topics,
    largest,
)
from context.vocabulary import Vocabulary

SURE = 0.35
"""Probability from which on a topic is said to be of a subject."""
MAX_TOPICS = 10


def named_topics(
    posts: Texts,
    engine: Engine,
    vocabulary: Vocabulary,
    *,
    min_voices: int = MIN_VOICES,
    min_voices_per_term: int = MIN_VOICES_PER_TERM,
) -> list[Cluster]:
    """Return the topics of posts that can be called something, the largest first.

    Posts may be about one thing without sharing a word that may be kept. Such a topic is called by
    its subject alone, all of one subject being one topic; of none, it is not told.

    Args:
        posts: The posts; equal input in equal order gives equal topics.
        engine: Tells what is near, and subjects.
        vocabulary: The words that may be kept.
        min_voices: Distinct voices below which there is no topic.
        min_voices_per_term: Distinct voices that must use a term before it names a topic.
    """
    found = find_topics(
        posts,
        engine.near,
        engine.blend,
        vocabulary,
        min_voices=min_voices,
        min_voices_per_term=min_voices_per_term,
    )
    subjects = tell_subjects(centroids(posts.vectors, found), engine, SURE)
    told = [replace(c, subject=subject) for c, subject in zip(found, subjects, strict=True)]
    termed = [cluster for cluster in told if cluster.terms]
    termless = _by_subject(cluster for cluster in told if not cluster.terms)
    return largest([*termed, *termless])[:MAX_TOPICS]


def tell_subjects(
    vectors: NDArray[np.float32], engine: Engine, sure: float
) -> list[Subject | None]:
    """Return the subject of each vector, or None where it is of none or that is not sure.

    Args:
        vectors: Unit rows of posts or centroids.
        engine: Tells subjects.
        sure: Probability from which on a subject is told.
    """
    if not len(vectors):
        return []
    probabilities = engine.subjects(vectors)
    best = probabilities.argmax(axis=1)
    return [
        SUBJECTS[place] if place < len(SUBJECTS) and row[place] >= sure else None
        for row, place in zip(probabilities.tolist(), best.tolist(), strict=True)
    ]


def _by_subject(termless: Iterable[Cluster]) -> list[Cluster]:
    members: defaultdict[Subject, list[int]] = defaultdict(list)
    for cluster in termless:
        if cluster.subject:
            members[cluster.subject] += cluster.members
    return [Cluster((), tuple(sorted(rows)), subject) for subject, rows in members.items()]
