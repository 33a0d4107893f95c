"""The whole document: all sections and the brief."""

from dataclasses import dataclass
from datetime import datetime

from context.document.absence import Absence
from context.document.conversations import ConversationsSection
from context.document.emotions import EmotionsSection
from context.document.intents import IntentsSection
from context.document.network import NetworkSection
from context.document.reach import ReachSection
from context.document.relationship import RelationshipSection
from context.document.rhythm import RhythmSection
from context.document.sentiment import SentimentSection
from context.document.topics import TopicsSection
from context.section import Section

AnySection = (
    TopicsSection
    | SentimentSection
    | EmotionsSection
    | IntentsSection
    | ConversationsSection
    | NetworkSection
    | RelationshipSection
    | RhythmSection
    | ReachSection
    | Absence
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """All sections, each available or absent for a reason."""

    topics: TopicsSection | Absence
    sentiment: SentimentSection | Absence
    emotions: EmotionsSection | Absence
    intents: IntentsSection | Absence
    conversations: ConversationsSection | Absence
    network: NetworkSection | Absence
    relationship: RelationshipSection | Absence
    rhythm: RhythmSection | Absence
    reach: ReachSection | Absence

    def __getitem__(self, section: Section) -> AnySection:
        """Return one section by its name."""
        found: AnySection = getattr(self, section.value)
        return found

    @classmethod
    def absent(cls, absence: Absence) -> "Sections":
        """Return sections that are all absent for one reason."""
        return cls(**{section.value: absence for section in Section})


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of one customer for one reader.

    Attributes:
        as_of: When it was rendered.
        brief: Two or three plain sentences, made of the sections below and nothing else.
        sections: The sections.
    """

    as_of: datetime
    brief: str
    sections: Sections
