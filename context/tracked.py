"""Her topics: what was found in the window, as the records that are kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from context.counts import count_by_day, sum_emotions
from context.digest import DayCounts, Digest, TopicRecord
from context.emotion import NO_EMOTIONS
from context.engines.engine import Engine
from context.identity import Candidate, identities, new_id
from context.post import PostKind
from context.reading import Reading
from context.subjects import SUBJECTS, Subject
from context.topics import Texts, centroids, find_topics
from context.vocabulary import Vocabulary

SURE_OF_CLUSTER = 0.35
"""Probability from which on a topic is said to be of a subject."""


@dataclass(frozen=True, slots=True, repr=False)
class Tracked:
    """A topic with the posts it was found in.

    Attributes:
        record: What is kept of it.
        members: Its posts, in memory only.
    """

    record: TopicRecord
    members: Sequence[Reading]


def track_topics(
    readings: Sequence[Reading],
    past: Digest | None,
    first_day: date,
    engine: Engine,
    vocabulary: Vocabulary,
) -> list[Tracked]:
    """Return the topics of the window, each under the id it had before, if it had one.

    Args:
        readings: Her posts of the window.
        past: The digest kept so far, if any.
        first_day: The first day that was read whole.
        engine: Tells what is near, and subjects.
        vocabulary: The words that may be kept.
    """
    legible = [reading for reading in readings if reading.vector is not None]
    vectors = stack(legible)
    texts = Texts([reading.post.text for reading in legible], vectors)
    clusters = find_topics(texts, engine.near, engine.blend, vocabulary)
    subjects = tell_subjects(centroids(vectors, clusters), engine, SURE_OF_CLUSTER)
    members = [[legible[row] for row in cluster.members] for cluster in clusters]
    found = [
        Candidate(cluster.terms, _bare(count_by_day(posts)), subject)
        for cluster, posts, subject in zip(clusters, members, subjects, strict=True)
    ]
    before = identities(found, past.topics if past else (), first_day)
    taken = {record.id for record in before if record}
    tracked = []
    for candidate, posts, record in zip(found, members, before, strict=True):
        name = record.id if record else new_id(candidate.terms, taken)
        taken.add(name)
        first = candidate.days[0].day
        if record and record.first_seen < first_day:
            first = record.first_seen
        kept = TopicRecord(
            name,
            candidate.terms,
            candidate.days,
            first,
            candidate.days[-1].day,
            candidate.subject,
            sum_emotions(posts),
            sum(reading.post.kind is PostKind.REPLY for reading in posts),
        )
        tracked.append(Tracked(kept, posts))
    return tracked


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


def stack(readings: Sequence[Reading]) -> NDArray[np.float32]:
    """Return the vectors of posts that have one, as rows."""
    rows = [reading.vector for reading in readings if reading.vector is not None]
    return np.stack(rows) if rows else np.empty((0, 1), dtype=np.float32)


def _bare(days: Sequence[DayCounts]) -> tuple[DayCounts, ...]:
    return tuple(replace(day, emotions=NO_EMOTIONS) for day in days)
