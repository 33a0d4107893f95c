"""What a reader may not see: sections that were not granted, and their traces in the others.

The one place that knows which field of a section tells something of another section. A context
rendered for fewer sections is the whole context with these fields blanked, and nothing else.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from context.document import (
    Absence,
    AbsenceReason,
    ConversationsSection,
    EmotionsSection,
    IntentClaim,
    IntentsSection,
    NetworkSection,
    RelationshipSection,
    Sections,
    SentimentSection,
    TopicsSection,
)
from context.intents import Intent
from context.section import Section
from context.views.evidence import either
from context.views.intents import ranked

NOT_GRANTED = Absence(reason=AbsenceReason.NOT_GRANTED)


def withhold(sections: Sections, granted: Collection[Section]) -> Sections:
    """Return the sections without anything that was not granted.

    Args:
        sections: All sections, rendered in full.
        granted: What the reader may see.
    """
    may = {section: section in granted for section in Section}
    traces = _without_topics(sections) if not may[Section.TOPICS] else sections
    traces = replace(
        traces,
        topics=_topics(traces.topics, may),
        network=_network(traces.network, may),
        relationship=_relationship(traces.relationship, may),
    )
    return replace(
        traces, **{section.value: NOT_GRANTED for section in Section if not may[section]}
    )


def _topics(section: TopicsSection | Absence, may: dict[Section, bool]) -> TopicsSection | Absence:
    if isinstance(section, Absence):
        return section
    topics = [
        replace(
            topic,
            valence=topic.valence if may[Section.SENTIMENT] else None,
            emotions=topic.emotions if may[Section.EMOTIONS] else [],
            answers=topic.answers if may[Section.CONVERSATIONS] else None,
        )
        for topic in section.topics
    ]
    return replace(section, topics=topics)


def _network(
    section: NetworkSection | Absence, may: dict[Section, bool]
) -> NetworkSection | Absence:
    if isinstance(section, Absence) or may[Section.SENTIMENT]:
        return section
    return replace(section, difference=None)


def _relationship(
    section: RelationshipSection | Absence, may: dict[Section, bool]
) -> RelationshipSection | Absence:
    if isinstance(section, Absence) or may[Section.NETWORK]:
        return section
    return replace(section, network=None)


def _without_topics(sections: Sections) -> Sections:
    """Return the sections without any name, id or subject of her topics."""
    sentiment, emotions, intents = sections.sentiment, sections.emotions, sections.intents
    conversations, network = sections.conversations, sections.network
    relationship = sections.relationship
    if isinstance(sentiment, SentimentSection):
        sentiment = replace(sentiment, drivers=[])
    if isinstance(emotions, EmotionsSection):
        peaks = [replace(peak, topic_id=None, topic_label=None) for peak in emotions.peaks]
        emotions = replace(emotions, peaks=peaks)
    if isinstance(intents, IntentsSection):
        intents = replace(intents, intents=_unnamed(intents.intents))
    if isinstance(conversations, ConversationsSection):
        conversations = replace(conversations, topics=[])
    if isinstance(network, NetworkSection):
        around = [replace(topic, shared=None) for topic in network.topics]
        network = replace(network, topics=around, own_topics=[])
    if isinstance(relationship, RelationshipSection):
        relationship = replace(relationship, subjects=[])
    return replace(
        sections,
        sentiment=sentiment,
        emotions=emotions,
        intents=intents,
        conversations=conversations,
        network=network,
        relationship=relationship,
    )


def _unnamed(claims: Iterable[IntentClaim]) -> list[IntentClaim]:
    """Return one claim per intent, so that not even the number of its topics shows."""
    together: dict[Intent, list[IntentClaim]] = {}
    for claim in claims:
        together.setdefault(claim.intent, []).append(claim)
    return ranked(_as_one(found) for found in together.values())


def _as_one(claims: list[IntentClaim]) -> IntentClaim:
    expires: date = max(claim.expires for claim in claims)
    return IntentClaim(
        intent=claims[0].intent,
        subject=None,
        topic=None,
        strength=round(either(claim.strength for claim in claims), 2),
        confidence=round(either(claim.confidence for claim in claims), 2),
        evidence=sum(claim.evidence for claim in claims),
        first_seen=min(claim.first_seen for claim in claims),
        last_seen=max(claim.last_seen for claim in claims),
        expires=expires,
    )
