"""Sections: the unit in which a context is consented to and served."""

from enum import StrEnum


class Section(StrEnum):
    """A part of the context that a customer grants or withholds by itself."""

    TOPICS = "topics"
    SENTIMENT = "sentiment"
    EMOTIONS = "emotions"
    INTENTS = "intents"
    CONVERSATIONS = "conversations"
    NETWORK = "network"
    RELATIONSHIP = "relationship"
    RHYTHM = "rhythm"
    REACH = "reach"

    @property
    def description(self) -> str:
        """What the section tells, in one line of plain words to the customer."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    Section.TOPICS: "What is on your mind: what you post about, and whether it grows or fades.",
    Section.SENTIMENT: "How you seem to feel: the tone of your posts, and how it changed lately.",
    Section.EMOTIONS: "Which emotions your posts carry, and on which days you were high or low.",
    Section.INTENTS: "What you seem to need or plan: help, a purchase, a complaint, a switch.",
    Section.CONVERSATIONS: "How you talk: whether you tell, ask or answer, never with whom.",
    Section.NETWORK: "The mood around you: how people you follow sound, never who they are.",
    Section.RELATIONSHIP: "What you say about this company and its rivals, and nobody else.",
    Section.RHYTHM: "When you are around: the hours you tend to post at, and roughly how often.",
    Section.REACH: "How far you are heard, in rough numbers, and that your account is your own.",
}
