"""The sentence about what is on her mind."""

from collections.abc import Collection, Sequence

from context.brief.voice import MIN_EVIDENCE, Said, Voice
from context.document import Sections, Topic, TopicDirection, TopicsSection

MAX_TOPICS = 3
"""Topics that the brief names."""


def mind(
    sections: Sections, voice: Voice, known: Collection[str], words: Collection[str]
) -> Said | None:
    """Return her topics and where they are going, each topic and each word once.

    Args:
        sections: What the reader may see.
        voice: The reader's language.
        known: Ids of topics that were named before.
        words: Words that were said before.
    """
    if not isinstance(sections.topics, TopicsSection):
        return None
    fresh = [
        topic
        for topic in sections.topics.topics
        if topic.evidence >= MIN_EVIDENCE
        and topic.id not in known
        and voice.words_for(topic.label, topic)[0] not in words
    ]
    named = _by_direction(fresh[:MAX_TOPICS], voice, words)
    if not named:
        return None
    ids = frozenset(topic.id for topic in fresh[:MAX_TOPICS])
    if set(named) == {TopicDirection.STEADY}:
        steady = voice.named(named[TopicDirection.STEADY])
        return Said(voice.sentence(voice.say("topics.only_steady", topics=steady)), ids)
    said = ""
    for way, terms in named.items():
        part = voice.say(f"topics.{way}", topics=voice.named(terms))
        said = voice.say("topics.parted", first=said, last=part) if said else part
    return Said(voice.sentence(said), ids)


def _by_direction(
    topics: Sequence[Topic], voice: Voice, words: Collection[str]
) -> dict[TopicDirection, list[str]]:
    """Return the topics' terms by direction, each term once, where it is said first."""
    found: dict[str, TopicDirection] = {}
    for way in TopicDirection:
        for topic in topics:
            if topic.direction is way:
                terms = voice.words_for(topic.label, topic)
                found |= {t: way for t in terms if t not in found and t not in words}
    return {
        way: [term for term, its in found.items() if its is way]
        for way in TopicDirection
        if way in found.values()
    }
