"""The sentence about what she seems to need or to plan."""

from context.brief.voice import Said, Voice, topics_by_id
from context.document import IntentClaim, IntentsSection, Sections, Topic
from context.intents import Intent

MIN_STRENGTH = 0.4
"""Strength below which an intent is not worth a sentence any more."""
SURE = 0.75
"""Confidence below which the brief says that an intent is not sure."""
MAX_NEEDS = 2

_OF_SUBJECT = frozenset({Intent.COMPARES_SUPPLIERS, Intent.ABOUT_TO_LEAVE})
"""Suppliers are of a branch: these name the subject rather than the topic."""


def needs(sections: Sections, voice: Voice, felt: Said | None) -> Said | None:
    """Return her strongest live intents, unless nothing is live.

    Args:
        sections: What the reader may see.
        voice: The reader's language.
        felt: What was said of her feelings: a complaint about the same is not said twice.
    """
    if not isinstance(sections.intents, IntentsSection):
        return None
    live = [
        claim
        for claim in sections.intents.intents
        if claim.strength >= MIN_STRENGTH and not _is_said(claim, felt)
    ]
    sure = [claim for claim in live if claim.confidence >= SURE]
    told = sure[:MAX_NEEDS] or live[:1]
    if not told:
        return None
    topics = topics_by_id(sections)
    words: list[str] = []
    for claim in told:
        about = _about(claim, voice, topics)
        key = f"intent.{claim.intent}" if about else f"intent.{claim.intent}_alone"
        words.append(voice.say(key, topic=about or ""))
    said = voice.listed(list(dict.fromkeys(words)))
    said = voice.say("intents.surely" if sure else "intents.perhaps", intents=said)
    return Said(voice.sentence(said), frozenset(c.topic.id for c in told if c.topic))


def _is_said(claim: IntentClaim, felt: Said | None) -> bool:
    if felt is None or claim.topic is None or claim.topic.id not in felt.topics:
        return False
    return claim.intent is (Intent.COMPLAINT if felt.is_low else Intent.PRAISE)


def _about(claim: IntentClaim, voice: Voice, topics: dict[str, Topic]) -> str | None:
    """Return what an intent is about in a sentence; None if nothing is known of it."""
    subject = voice.say(f"subject.{claim.subject}") if claim.subject is not None else None
    if claim.topic is None or (subject is not None and claim.intent in _OF_SUBJECT):
        return subject
    return voice.topic(claim.topic.label, topics.get(claim.topic.id, claim))
