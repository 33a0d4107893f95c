"""The conversations section: how she takes part, never with whom."""

from context.digest import TopicRecord
from context.document import (
    Absence,
    AbsenceReason,
    ConversationsSection,
    ConversationTopic,
)
from context.joined import Joined
from context.views.naming import bucket, label

MIN_EVIDENCE = 10
"""Posts below which nothing is told of how she talks."""
HALF_SURE = 20
"""Posts at which the shares have a confidence of one half."""
MIN_REPLIES = 2
"""Answers below which a topic is none that she talks about with others."""
MAX_TOPICS = 5
PARTNERS = (0, 1, 2, 5, 10, 25, 50)
"""Lower ends of the buckets of people she answers."""


def conversations_section(joined: Joined) -> ConversationsSection | Absence:
    """Return how she takes part in conversations.

    Args:
        joined: Her digests as one.
    """
    counts = joined.conversations
    evidence = counts.tells + counts.asks + counts.answers + counts.shares
    if evidence < MIN_EVIDENCE:
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    talked = [topic for topic in joined.topics if topic.replies >= MIN_REPLIES]
    talked.sort(key=lambda topic: (-topic.replies, topic.id))
    return ConversationsSection(
        as_of=joined.as_of,
        sources=joined.sources,
        tells=round(counts.tells / evidence, 3),
        asks=round(counts.asks / evidence, 3),
        answers=round(counts.answers / evidence, 3),
        shares=round(counts.shares / evidence, 3),
        partners=bucket(counts.partners, PARTNERS),
        topics=[_topic(topic) for topic in talked[:MAX_TOPICS]],
        confidence=round(evidence / (evidence + HALF_SURE), 2),
        evidence=evidence,
    )


def _topic(record: TopicRecord) -> ConversationTopic:
    posts = max(1, sum(day.posts for day in record.days))
    return ConversationTopic(
        id=record.id,
        label=label(record.terms, record.subject),
        answers=round(min(1.0, record.replies / posts), 2),
    )
