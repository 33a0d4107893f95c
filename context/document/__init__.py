"""The context: the document rendered for a reader, section by section.

Plain frozen dataclasses, so that any framework can write them as JSON and draw their schema.
"""

from context.document.absence import Absence, AbsenceReason
from context.document.conversations import ConversationsSection, ConversationTopic
from context.document.emotions import EmotionPeak, EmotionShare, EmotionsSection, PeakDirection
from context.document.intents import IntentClaim, IntentsSection, IntentTopic
from context.document.network import MoodStep, NetworkSection, NetworkTopicSeen
from context.document.reach import Authenticity, AuthenticityLevel, Doubt, ReachSection
from context.document.relationship import RelationshipSection, Rivals
from context.document.rhythm import RhythmSection
from context.document.sentiment import (
    DailyValence,
    Driver,
    SentimentSection,
    Trend,
    TrendDirection,
)
from context.document.topics import Topic, TopicDirection, TopicsSection
from context.document.whole import AnySection, Context, Sections

__all__ = [
    "Absence",
    "AbsenceReason",
    "AnySection",
    "Authenticity",
    "AuthenticityLevel",
    "Context",
    "ConversationTopic",
    "ConversationsSection",
    "DailyValence",
    "Doubt",
    "Driver",
    "EmotionPeak",
    "EmotionShare",
    "EmotionsSection",
    "IntentClaim",
    "IntentTopic",
    "IntentsSection",
    "MoodStep",
    "NetworkSection",
    "NetworkTopicSeen",
    "PeakDirection",
    "ReachSection",
    "RelationshipSection",
    "RhythmSection",
    "Rivals",
    "Sections",
    "SentimentSection",
    "Topic",
    "TopicDirection",
    "TopicsSection",
    "Trend",
    "TrendDirection",
]
