"""How a language says days, lists and topics; shared by all sentences of the brief."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from context.document import Sections, Topic, TopicsSection
from context.messages import Catalogue

WEEKDAYS_FOR = 6
"""Days back for which the name of a weekday says which day is meant."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence.

    Attributes:
        sentence: As it stands in the brief.
        topics: Ids of the topics that it names.
        is_low: Whether it says that something weighs on her.
    """

    sentence: str
    topics: frozenset[str] = frozenset()
    is_low: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """A reader's language on one day.

    Attributes:
        catalogue: The language's messages.
        today: The UTC day of rendering.
    """

    catalogue: Catalogue
    today: date

    def say(self, key: str, **values: str) -> str:
        """Return a message with its blanks filled in."""
        return self.catalogue.say(key, **values)

    def sentence(self, said: str) -> str:
        """Return words as a sentence."""
        return self.say("brief.sentence", said=said[:1].upper() + said[1:])

    def since(self, day: date) -> str:
        """Return from when on: ``since Tuesday``, or with its date if that is a week ago."""
        return self._day("since", day)

    def on(self, day: date) -> str:
        """Return when: ``on Tuesday``, or with its date if that is a week ago."""
        return self._day("on", day)

    def listed(self, words: Sequence[str]) -> str:
        """Return words joined as a sentence does; at least one."""
        said = words[0]
        for word in words[1:-1]:
            said = self.say("brief.parted", first=said, last=word)
        return self.say("brief.joined", first=said, last=words[-1]) if len(words) > 1 else said

    def topic(self, label: str, topic: Topic | None) -> str:
        """Return how a topic is called in a sentence.

        Args:
            label: Its label: terms, and perhaps its subject in brackets.
            topic: The topic itself, if it is among those shown.
        """
        terms, bracket, subject = label.partition(" (")
        said = self.listed(terms.split(", "))
        if not bracket:
            return said
        if topic is not None and topic.subject is not None:
            subject = self.say(f"subject.{topic.subject}")
        return self.say("brief.with_subject", terms=said, subject=subject.removesuffix(")"))

    def _day(self, word: str, day: date) -> str:
        age = (self.today - day).days
        if age == 0:
            return self.say(f"day.{word}_today")
        if 0 < age <= WEEKDAYS_FOR:
            weekday = self.say(f"weekday.{day.isoweekday()}")
            return self.say(f"day.{word}_weekday", weekday=weekday)
        month = self.say(f"month.{day.month}")
        return self.say(f"day.{word}_date", day=str(day.day), month=month)


def topics_by_id(sections: Sections) -> dict[str, Topic]:
    """Return the topics that the reader may see, by id."""
    if not isinstance(sections.topics, TopicsSection):
        return {}
    return {topic.id: topic for topic in sections.topics.topics}
