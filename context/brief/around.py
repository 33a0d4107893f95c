"""The shorter sentences: the company, the people around, peaks and hours."""

from context.brief.voice import WEEKDAYS_FOR, Said, Voice, topics_by_id
from context.document import (
    ConversationsSection,
    EmotionsSection,
    NetworkSection,
    RelationshipSection,
    RhythmSection,
    Sections,
    TrendDirection,
)

LIKES = 0.15
"""Valence toward the company from which on, in either direction, it is said."""
LEAVES = 0.5
"""Strength of signs of leaving from which on they are said."""
MOSTLY = 0.5
"""Share of a kind of posts from which on it is what she mostly does."""


def toward_company(sections: Sections, voice: Voice) -> Said | None:
    """Return how she speaks of the company, if she does."""
    section = sections.relationship
    if not isinstance(section, RelationshipSection):
        return None
    leaves = section.switching >= LEAVES
    if section.valence is None or section.interval is None:
        alone = voice.say("relationship.leaving_alone")
        return Said(voice.sentence(alone)) if leaves else None
    low, high = section.interval
    tone = "mixed"
    if section.valence >= LIKES and low > 0:
        tone = "good"
    elif section.valence <= -LIKES and high < 0:
        tone = "bad"
    said = voice.say(f"relationship.{tone}")
    if section.trend.since is not None:
        way = "up" if section.trend.direction is TrendDirection.RISING else "down"
        since = voice.since(section.trend.since)
        said = voice.say(f"relationship.{way}", said=said, since=since)
    if leaves:
        said = voice.say("relationship.leaving", said=said)
    return Said(voice.sentence(said))


def peak(sections: Sections, voice: Voice) -> Said | None:
    """Return the latest emotional high or low, if it was within the last days."""
    if not isinstance(sections.emotions, EmotionsSection) or not sections.emotions.peaks:
        return None
    latest = sections.emotions.peaks[0]
    if not 0 <= (voice.today - latest.day).days <= WEEKDAYS_FOR:
        return None
    on = voice.on(latest.day)
    if latest.topic_id is None or latest.topic_label is None:
        return Said(voice.sentence(voice.say(f"emotions.{latest.direction}", on=on)))
    words = voice.words_for(latest.topic_label, topics_by_id(sections).get(latest.topic_id))
    said = voice.say(f"emotions.{latest.direction}_about", on=on, topic=voice.named(words))
    return Said(voice.sentence(said), frozenset({latest.topic_id}), frozenset(words))


def surroundings(sections: Sections, voice: Voice) -> Said | None:
    """Return the mood of the people around her."""
    if not isinstance(sections.network, NetworkSection):
        return None
    return Said(voice.sentence(voice.say(f"network.{sections.network.mood}")))


def conversing(sections: Sections, voice: Voice) -> Said | None:
    """Return what she mostly does in conversations, if it is one thing."""
    section = sections.conversations
    if not isinstance(section, ConversationsSection):
        return None
    kinds = {
        "tells": section.tells,
        "asks": section.asks,
        "answers": section.answers,
        "shares": section.shares,
    }
    kind = max(kinds, key=lambda name: kinds[name])
    if kinds[kind] < MOSTLY:
        return None
    return Said(voice.sentence(voice.say(f"conversations.{kind}")))


def hours(sections: Sections, voice: Voice) -> Said | None:
    """Return the hours at which she is around, if any stand out."""
    if not isinstance(sections.rhythm, RhythmSection) or not sections.rhythm.active_hours:
        return None
    active = sections.rhythm.active_hours
    first = next((h for h in active if (h - 1) % 24 not in active), active[0])
    last = first
    while (last + 1) % 24 in active and (last + 1) % 24 != first:
        last = (last + 1) % 24
    said = voice.say("rhythm.hours", first=f"{first:02d}:00", last=f"{(last + 1) % 24:02d}:00")
    return Said(voice.sentence(said))
