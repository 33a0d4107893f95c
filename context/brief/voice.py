"""How a language says days, lists and topics; shared by all sentences of the brief."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from context.document import IntentClaim, Sections, Topic, TopicsSection
from context.messages import Catalogue
from context.subjects import Subject
from context.views.naming import everyday_words

WEEKDAYS_FOR = 6
"""Days back for which the name of a weekday says which day is meant."""
MIN_EVIDENCE = 5
"""Posts below which a topic is not spoken of: a few of a month may be alike by chance."""

_SUBJECTS = {subject.label: subject for subject in Subject}


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence.

    Attributes:
        sentence: As it stands in the brief.
        topics: Ids of the topics that it names.
        words: The words that it names them by.
    """

    sentence: str
    topics: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


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
        said = self.named(words[:-1] or words)
        return self.say("brief.joined", first=said, last=words[-1]) if len(words) > 1 else said

    def named(self, words: Sequence[str]) -> str:
        """Return words joined as they stand after a colon; at least one."""
        said = words[0]
        for word in words[1:]:
            said = self.say("brief.parted", first=said, last=word)
        return said

    def words_for(self, label: str, topic: Topic | IntentClaim | None) -> list[str]:
        """Return the words for a topic, for a sentence to join.

        Of two terms that are not both everyday words of their subject, the everyday one says it. A
        subject that must explain the terms stands before them, for it is what can be listened to.

        Args:
            label: Its label: terms, a subject, or terms and a subject in brackets.
            topic: What tells its subject, if it is among what is shown.
        """
        said, bracket, called = label.partition(" (")
        subject = _SUBJECTS.get(called.removesuffix(")") if bracket else said)
        if subject is not None:
            named = self.say(f"subject.{subject}")
            if not bracket:
                return [named]
            terms = self.listed(said.split(", "))
            return [self.say("brief.with_subject", terms=terms, subject=named)]
        words = said.split(", ")
        if topic is None or topic.subject is None:
            return words
        everyday = everyday_words(topic.subject)
        return [word for word in words if word in everyday] or words

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
