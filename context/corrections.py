"""Corrections: what she said of her own context, applied before anything is rendered.

A correction is kept apart from the digests, which a refresh replaces, and holds until she lifts
it: it finds its topic by id, or by terms alike where the id is another by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from context.counts import read_days
from context.digest import DayCounts, IntentRecord, NetworkTopic, TopicRecord
from context.emotion import EMOTIONS
from context.intents import Intent
from context.joined import Joined
from context.subjects import Subject, named_by
from context.topics import SAME_TOPIC, overlap


class CorrectionKind(StrEnum):
    """What she wants done.

    ``hide``: it is named nowhere. ``mute``: nor do its posts count for how she feels. ``not_me``:
    as muted; she says that it is not about her.
    """

    HIDE = "hide"
    MUTE = "mute"
    NOT_ME = "not_me"


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of a topic, or of an intent.

    Attributes:
        kind: Hide, mute or not me.
        topic: Id of the topic as she saw it; empty if it is about none.
        terms: The topic's terms as she saw them; empty if it is about none.
        subject: The broad subject that it is about; only looked at where no topic is given.
        intent: The intent that is corrected, about that topic or subject or, where neither is
            given, whatever it is about; None if the topic is corrected as a whole.
    """

    kind: CorrectionKind
    topic: str = ""
    terms: tuple[str, ...] = ()
    subject: Subject | None = None
    intent: Intent | None = None

    def covers(self, topic: TopicRecord | NetworkTopic) -> bool:
        """Return whether a topic is the one, or one of those, that this is about."""
        if not self.topic and not self.terms:
            return self.subject is not None and topic.subject is self.subject
        if isinstance(topic, TopicRecord) and topic.id == self.topic:
            return True
        return overlap(named_by(self.terms, self.subject), topic.named_by) >= SAME_TOPIC

    @property
    def is_general(self) -> bool:
        """Whether it names neither a topic nor a subject."""
        return not self.topic and not self.terms and self.subject is None


def correct(joined: Joined, corrections: Sequence[Correction]) -> Joined:
    """Return her digests as she wants them seen.

    Args:
        joined: Her digests as one.
        corrections: All that she has not lifted, in any order.
    """
    whole = [correction for correction in corrections if correction.intent is None]
    hidden = [t for t in joined.topics if any(c.covers(t) for c in whole)]
    muting = [c for c in whole if c.kind is not CorrectionKind.HIDE]
    muted = [topic for topic in hidden if any(c.covers(topic) for c in muting)]
    # what she mutes cannot be taken out of older days, and a trend must not compare the two
    days = read_days(joined.days) if muted else joined.days
    for topic in muted:
        days = _without(days, topic)
    return replace(
        joined,
        days=days,
        topics=tuple(topic for topic in joined.topics if topic not in hidden),
        intents=tuple(i for i in joined.intents if not _is_hidden(i, joined, corrections)),
        network_topics=tuple(
            topic for topic in joined.network_topics if not any(c.covers(topic) for c in whole)
        ),
    )


def hidden_subjects(corrections: Sequence[Correction]) -> set[Subject]:
    """Return the subjects that corrected topics belong to, to be named nowhere else either.

    Args:
        corrections: All that she has not lifted.
    """
    return {c.subject for c in corrections if c.subject is not None and c.intent is None}


def _is_hidden(record: IntentRecord, joined: Joined, corrections: Sequence[Correction]) -> bool:
    topic = next((t for t in joined.topics if t.id == record.topic), None)
    return any(_matches(correction, record, topic) for correction in corrections)


def _matches(correction: Correction, record: IntentRecord, topic: TopicRecord | None) -> bool:
    if correction.intent is not None and correction.intent is not record.intent:
        return False
    if correction.is_general:
        return correction.intent is not None
    if topic is not None:
        return correction.covers(topic)
    if correction.topic or correction.terms:
        return False
    return record.subject is correction.subject


def _without(days: Sequence[DayCounts], topic: TopicRecord) -> tuple[DayCounts, ...]:
    """Return the days without what a topic's posts add to valence and emotions."""
    parts = {part.day: part for part in topic.days}
    posts = sum(part.posts for part in topic.days)
    return tuple(
        _less(day, parts[day.day], topic, posts) if day.day in parts else day for day in days
    )


def _less(day: DayCounts, part: DayCounts, topic: TopicRecord, posts: int) -> DayCounts:
    # a topic's emotions are kept for the whole window: each of its posts stands for a part of them
    fraction = part.posts / max(1, posts)
    return replace(
        day,
        negative=max(0, day.negative - part.negative),
        neutral=max(0, day.neutral - part.neutral),
        positive=max(0, day.positive - part.positive),
        emotions=tuple(
            max(0, day.emotions[i] - round(fraction * topic.emotions[i]))
            for i in range(len(EMOTIONS))
        ),
    )
