"""Her topics: what was found in the window, as the records that are kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from context.counts import count_by_day, sum_emotions
from context.digest import DayCounts, Digest, TopicRecord
from context.emotion import NO_EMOTIONS
from context.engines.engine import Engine
from context.identity import Candidate, identities, new_id
from context.named import named_topics
from context.post import PostKind
from context.reading import Reading, stack
from context.topics import Texts
from context.vocabulary import Vocabulary


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
    texts = Texts([reading.post.text for reading in legible], stack(legible))
    clusters = named_topics(texts, engine, vocabulary)
    members = [[legible[row] for row in cluster.members] for cluster in clusters]
    found = [
        Candidate(cluster.terms, _bare(count_by_day(posts)), cluster.subject)
        for cluster, posts in zip(clusters, members, strict=True)
    ]
    before = identities(found, past.topics if past else (), first_day)
    taken = {record.id for record in before if record}
    tracked = []
    for candidate, posts, record in zip(found, members, before, strict=True):
        name = record.id if record else new_id(candidate.named_by, taken)
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


def _bare(days: Sequence[DayCounts]) -> tuple[DayCounts, ...]:
    return tuple(replace(day, emotions=NO_EMOTIONS) for day in days)
