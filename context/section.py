"""Sections: the unit in which a context is consented to and served."""

from enum import StrEnum


class Section(StrEnum):
    """A part of the context that a customer grants or withholds by itself."""

    TOPICS = "topics"
    SENTIMENT = "sentiment"
    NETWORK = "network"
    RHYTHM = "rhythm"

    @property
    def description(self) -> str:
        """What the section tells, in one line of plain words to the customer."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    Section.TOPICS: "What is on your mind: what you post about, and whether it grows or fades.",
    Section.SENTIMENT: "How you seem to feel: the tone of your posts, and how it changed lately.",
    Section.NETWORK: "The mood around you: how people you follow sound, never who they are.",
    Section.RHYTHM: "When you are around: the hours you tend to post at, and roughly how often.",
}
