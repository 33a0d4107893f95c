"""The sentence about what is on her mind."""

from collections.abc import Collection, Sequence

from context.brief.voice import Said, Voice
from context.document import Sections, Topic, TopicDirection, TopicsSection

MAX_TOPICS = 3
"""Topics that the brief names."""


def mind(sections: Sections, voice: Voice, known: Collection[str]) -> Said | None:
    """Return her topics and where they are going.

    Args:
        sections: What the reader may see.
        voice: The reader's language.
        known: Ids of topics that were named before.
    """
    if not isinstance(sections.topics, TopicsSection):
        return None
    fresh = [topic for topic in sections.topics.topics if topic.id not in known]
    named = _by_direction(fresh[:MAX_TOPICS], voice)
    if not named:
        return None
    ids = frozenset(topic.id for topic in fresh[:MAX_TOPICS])
    if set(named) == {TopicDirection.STEADY}:
        steady = voice.listed(named[TopicDirection.STEADY])
        return Said(voice.sentence(voice.say("topics.only_steady", topics=steady)), ids)
    said = ""
    for way, terms in named.items():
        part = voice.say(f"topics.{way}", topics=voice.listed(terms))
        said = voice.say("topics.parted", first=said, last=part) if said else part
    return Said(voice.sentence(said), ids)


def _by_direction(topics: Sequence[Topic], voice: Voice) -> dict[TopicDirection, list[str]]:
    """Return the topics' terms by direction, each term once, where it is said first."""
    found: dict[str, TopicDirection] = {}
    for way in TopicDirection:
        for topic in topics:
            if topic.direction is way:
                terms = voice.words_for(topic.label, topic)
                found |= {term: way for term in terms if term not in found}
    return {
        way: [term for term, its in found.items() if its is way]
        for way in TopicDirection
        if way in found.values()
    }
