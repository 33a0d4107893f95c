"""The records a digest is made of: counts and closed lists, no text, no ids of posts or people."""

from dataclasses import dataclass
from datetime import date

from context.emotion import NO_EMOTIONS
from context.intents import Intent
from context.subjects import Subject, named_by


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counts of one UTC day.

    Counts of what was felt are expected posts in hundredths: a post that is positive with a
    probability of .62 adds 62 to ``positive``. Sums of probabilities carry less bias than sums of
    verdicts.

    Attributes:
        day: The UTC day.
        posts: Posts of that day.
        negative: Hundredths of posts that sound negative.
        neutral: Hundredths of posts that sound neither.
        positive: Hundredths of posts that sound positive.
        emotions: Hundredths of posts that carry each emotion, in the order of ``EMOTIONS``; zeros
            once the day has left the window.
    """

    day: date
    posts: int
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    emotions: tuple[int, ...] = NO_EMOTIONS


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """A topic of the window.

    Attributes:
        id: Opaque, the same from one refresh to the next.
        terms: Its words, the most telling first; from the closed vocabulary.
        days: Counts of its posts by day, without emotions.
        first_seen: UTC day of its first post, also if that has left the window.
        last_seen: UTC day of its latest post.
        subject: The broad subject it belongs to, if any.
        emotions: Hundredths of its posts that carry each emotion, over the whole window.
        replies: Its posts that answer somebody.
    """

    id: str
    terms: tuple[str, ...]
    days: tuple[DayCounts, ...]
    first_seen: date
    last_seen: date
    subject: Subject | None = None
    emotions: tuple[int, ...] = NO_EMOTIONS
    replies: int = 0

    @property
    def named_by(self) -> tuple[str, ...]:
        """By what it is known again; see ``named_by``."""
        return named_by(self.terms, self.subject)


@dataclass(frozen=True, slots=True)
class IntentRecord:
    """An intent that showed in the window, about one topic or subject.

    Attributes:
        intent: What she wants.
        subject: The broad subject, if any; never words of a single post.
        topic: Id of the topic it is about; empty if it belongs to none that was kept.
        days: UTC days with the hundredths of posts that show it, oldest first.
    """

    intent: Intent
    subject: Subject | None
    topic: str
    days: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class ConversationCounts:
    """How she takes part, in posts of the window.

    Attributes:
        tells: Originals that ask nothing.
        asks: Posts of hers that put a question to others.
        answers: Replies that ask nothing.
        shares: Boosts.
        partners: Lower end of the bucket of distinct people she answers (0 1 2 5 10 25 50).
    """

    tells: int = 0
    asks: int = 0
    answers: int = 0
    shares: int = 0
    partners: int = 0


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What tells whether an account is somebody's own, in coarse steps.

    Attributes:
        followers: Lower end of the bucket of followers (0 10 100 1000 10000 100000), if known.
        following: The same of the people she follows.
        age_days: Lower end of the bucket of the account's age in days (0 30 180 365 1095).
        automated: Whether the provider marks it as a robot's.
        repeated: Posts of the window worded like another.
        busiest_day: Posts of the busiest day of the window.
    """

    followers: int | None = None
    following: int | None = None
    age_days: int | None = None
    automated: bool = False
    repeated: int = 0
    busiest_day: int = 0


@dataclass(frozen=True, slots=True)
class NetworkDay:
    """The network's mood as released once for a day; never changed afterwards.

    Attributes:
        day: The UTC day.
        mood: Mean over people in hundredths, -100 to 100; a coarse step or noisy, never exact.
        people: Lower end of the bucket of distinct people behind it (5, 10, 25, 50, 100, 250).
    """

    day: date
    mood: int
    people: int


@dataclass(frozen=True, slots=True)
class NetworkTopic:
    """Something that several people she follows post about.

    Attributes:
        terms: Its words, the most telling first; each used by five distinct authors or more.
        subject: The broad subject it belongs to, if any.
        people: Lower end of the bucket of distinct people behind it (5, 10, 25, 50, 100, 250).
    """

    terms: tuple[str, ...]
    subject: Subject | None
    people: int

    @property
    def named_by(self) -> tuple[str, ...]:
        """By what it is known again; see ``named_by``."""
        return named_by(self.terms, self.subject)
