"""What things are called: sections, moods, emotions, intents, doubts."""

from collections.abc import Iterable
from typing import Final

from app.portal.words.lists import listed, span_words
from app.portal.words.tones import Tone
from context.document import (
    Authenticity,
    AuthenticityLevel,
    Doubt,
    MoodStep,
    PeakDirection,
    TopicDirection,
)
from context.emotion import Emotion
from context.intents import Intent
from context.messages import DEFAULT_LANGUAGE, catalogue
from context.section import Section

SECTION_NAMES = {
    Section.TOPICS: "Topics",
    Section.SENTIMENT: "Sentiment",
    Section.EMOTIONS: "Emotions",
    Section.INTENTS: "Needs and plans",
    Section.CONVERSATIONS: "Conversations",
    Section.NETWORK: "Network mood",
    Section.RELATIONSHIP: "Relationship",
    Section.RHYTHM: "Rhythm",
    Section.REACH: "Reach",
}

MOODS = {MoodStep.LOW: "Low", MoodStep.MIXED: "Mixed", MoodStep.HIGH: "High"}

ARROWS = {
    TopicDirection.RISING: "▲",
    TopicDirection.STEADY: "▬",
    TopicDirection.FADING: "▼",
}

PEAK_MARKS = {PeakDirection.HIGH: "▲", PeakDirection.LOW: "▼"}

EMOTION_TONES: Final[dict[Emotion, Tone]] = {
    Emotion.ANGER: "badly",
    Emotion.DISGUST: "badly",
    Emotion.FEAR: "badly",
    Emotion.JOY: "well",
    Emotion.OPTIMISM: "well",
    Emotion.SADNESS: "badly",
    Emotion.SURPRISE: "even",
}

_INTENTS = {
    Intent.NEEDS_HELP: "Needs help",
    Intent.COMPLAINT: "Has a complaint",
    Intent.WANTS_TO_BUY: "Would like to buy",
    Intent.ASKS_ADVICE: "Asks for advice",
    Intent.COMPARES_SUPPLIERS: "Compares suppliers",
    Intent.ABOUT_TO_LEAVE: "Thinks of leaving a supplier",
    Intent.PRAISE: "Has praise",
    Intent.IDEA_FOR_PRODUCT: "Has an idea for a product",
}

_DOUBTS = {
    Doubt.AUTOMATED: "the account is marked as automated",
    Doubt.NEW_ACCOUNT: "the account is new",
    Doubt.UNKNOWN_AGE: "its age is not known",
    Doubt.REPEATS_ITSELF: "many posts are worded alike",
    Doubt.POSTS_TOO_OFTEN: "there are more posts on a day than one person writes",
    Doubt.FEW_POSTS: "there are few posts to go by",
}

_LEVELS = {
    AuthenticityLevel.LIKELY: "This seems to be a person's own account",
    AuthenticityLevel.UNCLEAR: "It cannot be told whether this is a person's own account",
    AuthenticityLevel.DOUBTFUL: "It is doubtful that a person writes there",
}

_FEW_PARTNERS = {"0": "You answer nobody.", "1": "You answer one person."}

_AGES = {
    "0-29": "less than a month",
    "30-179": "one to six months",
    "180-364": "six months to a year",
    "365-1094": "one to three years",
    "1095+": "three years or more",
}

_PROVIDERS = {
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "feeds": "Blog",
    "mastodon_archive": "Mastodon archive",
    "x_archive": "X archive",
    "bluesky_archive": "Bluesky archive",
}


def emotion_words(emotion: Emotion) -> str:
    """Name an emotion, by the word that the brief has for it."""
    return catalogue(DEFAULT_LANGUAGE).say(f"emotion.{emotion}")


def intent_words(intent: Intent) -> str:
    """Name an intent, as a company reads it."""
    return _INTENTS[intent]


def authenticity_words(authenticity: Authenticity) -> str:
    """Say whether the account seems to be a person's own, and what keeps that from being sure."""
    reasons = listed([_DOUBTS[doubt] for doubt in authenticity.reasons])
    return _LEVELS[authenticity.level] + (f": {reasons}." if reasons else ".")


def partners_words(bucket: str) -> str:
    """Say how many people she answers, given their bucket."""
    if bucket in _FEW_PARTNERS:
        return _FEW_PARTNERS[bucket]
    return f"You answer {span_words(bucket)} people."


def age_words(bucket: str) -> str:
    """Say how old an account is, given its bucket in days; an unknown bucket as it is."""
    return _AGES.get(bucket, f"{bucket} days")


def provider_words(provider: str) -> str:
    """Name a provider as it names itself; an unknown one as it is written."""
    return _PROVIDERS.get(provider, provider)


def in_order(sections: Iterable[str]) -> list[str]:
    """Return sections in the order in which all pages show them; unknown ones last."""
    order = [section.value for section in Section]
    return sorted(sections, key=lambda name: order.index(name) if name in order else len(order))


def section_name(section: str) -> str:
    """Return the name of a section as the pages write it; an unknown one as it is."""
    try:
        return SECTION_NAMES[Section(section)]
    except ValueError:
        return section
