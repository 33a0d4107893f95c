"""The sentence about what she seems to need or to plan."""

from collections.abc import Sequence, Set
from math import log2
from typing import Final

from context.brief.voice import Said, Voice, topics_by_id
from context.document import (
    Absence,
    AbsenceReason,
    IntentClaim,
    IntentsSection,
    Sections,
    Topic,
)
from context.intents import Intent

MIN_STRENGTH = 0.4
"""Strength below which an intent is not worth a sentence any more."""
SURE = 0.75
"""Confidence below which an intent is not worth one either."""
MIN_EVIDENCE = 2
"""Posts below which it is not: one post may mean anything."""
MAX_NEEDS = 3
MAX_WORDS = 2
"""Topics, or words of a single topic, that are named for each."""

GRAVITY: Final = {
    Intent.ABOUT_TO_LEAVE: 4,
    Intent.COMPLAINT: 3,
    Intent.NEEDS_HELP: 3,
    Intent.WANTS_TO_BUY: 2,
    Intent.COMPARES_SUPPLIERS: 2,
    Intent.ASKS_ADVICE: 1,
    Intent.IDEA_FOR_PRODUCT: 1,
    Intent.PRAISE: 1,
}
"""How much an agent who greets her would regret not to have known it."""

_OF_SUBJECT = frozenset({Intent.COMPARES_SUPPLIERS, Intent.ABOUT_TO_LEAVE})
"""Suppliers are of a branch: these name the subject rather than the topic."""


def needs(sections: Sections, voice: Voice, known: Set[str]) -> Said | None:
    """Return the gravest of her live intents, or None where nothing is live.

    Of one intent about several topics all is said at once.

    Args:
        sections: What the reader may see.
        voice: The reader's language.
        known: Words for topics that were said before: what is needed there is said without them.
    """
    if not isinstance(sections.intents, IntentsSection):
        return None
    kinds: dict[Intent, list[IntentClaim]] = {}
    for claim in sections.intents.intents:
        if _is_worth_saying(claim, sections):
            kinds.setdefault(claim.intent, []).append(claim)
    told = sorted(
        kinds.values(), key=lambda kind: (-_weight(kind), list(Intent).index(kind[0].intent))
    )
    told = told[:MAX_NEEDS]
    if not told:
        return None
    said, words = "", set[str]()
    for kind in told:
        named = _named(kind, voice, topics_by_id(sections))
        # about what was named before, it goes without saying
        fresh = [word for word in named if word not in words] if known.isdisjoint(named) else []
        part = voice.say(f"intent.{kind[0].intent}")
        part = voice.say("intents.about", said=part, topic=voice.named(fresh)) if fresh else part
        said = voice.say("intents.joined", first=said, last=part) if said else part
        words.update(named)
    topics = frozenset(c.topic.id for kind in told for c in kind if c.topic)
    return Said(voice.sentence(said), topics, frozenset(words))


def _is_worth_saying(claim: IntentClaim, sections: Sections) -> bool:
    if claim.strength < MIN_STRENGTH or claim.confidence < SURE or claim.evidence < MIN_EVIDENCE:
        return False
    # who may not see topics is told what she needs all the same; else it must be about something
    is_withheld = (
        isinstance(sections.topics, Absence) and sections.topics.reason is AbsenceReason.NOT_GRANTED
    )
    return is_withheld or claim.topic is not None or claim.subject is not None


def _weight(kind: Sequence[IntentClaim]) -> float:
    """Return how much an intent matters at the beginning of a call."""
    evidence = sum(claim.evidence for claim in kind)
    return GRAVITY[kind[0].intent] * max(claim.strength for claim in kind) * log2(1 + evidence)


def _named(kind: Sequence[IntentClaim], voice: Voice, topics: dict[str, Topic]) -> list[str]:
    """Return words for what an intent is about, what most posts are about first.

    Of each of several topics one word is said, if possible one that is on her mind by itself.
    """
    by_evidence = sorted(kind, key=lambda claim: -claim.evidence)
    about = [words for claim in by_evidence if (words := _words(claim, voice, topics))]
    if len(about) > 1:
        leading = [voice.words_for(topic.label, topic)[0] for topic in topics.values()]
        about = [[min(words, key=[*leading, *words].index) for words in about]]
    return list(dict.fromkeys(word for words in about for word in words))[:MAX_WORDS]


def _words(claim: IntentClaim, voice: Voice, topics: dict[str, Topic]) -> list[str]:
    """Return words for what a claim is about; none if nothing is known of it."""
    subject = voice.say(f"subject.{claim.subject}") if claim.subject is not None else None
    if claim.topic is None or (subject is not None and claim.intent in _OF_SUBJECT):
        return [subject] if subject is not None else []
    return voice.words_for(claim.topic.label, topics.get(claim.topic.id, claim))
