"""A storyline: one person, her friends, what happens to them, and what should be seen in it."""

from dataclasses import dataclass
from enum import StrEnum

from app.sandbox.people import Person
from app.sandbox.status import Visibility

CYCLE_DAYS = 60
"""A storyline's length in days; afterwards it starts again with other words."""

TURNING_DAY = 30
"""The day of the storyline on which the network opens: thirty days of past, then what follows."""


class Trend(StrEnum):
    """Where her sentiment has gone in the thirty days before the turning point."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


class Mood(StrEnum):
    """How her friends write in the three days before the turning point."""

    HIGH = "high"
    MIXED = "mixed"
    LOW = "low"
    ABSTAINS = "abstains"


class Teller(StrEnum):
    """Who writes the posts of an episode."""

    PROTAGONIST = "protagonist"
    FRIENDS = "friends"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an honest reading finds at the turning point.

    Attributes:
        topics: One entry per topic; any of its words in a topic's label is a hit.
        trend: Where her sentiment has gone.
        intents: Names of intents that her posts show plainly; she may show others too.
        network_mood: How her friends feel; `abstains` when they are too few to say.
    """

    topics: tuple[tuple[str, ...], ...]
    trend: Trend
    intents: tuple[str, ...]
    network_mood: Mood


@dataclass(frozen=True, slots=True)
class Friend:
    """A background character.

    Attributes:
        person: Who it is.
        topics: Keys of the everyday lines this friend draws from.
        per_day: Everyday posts a day.
    """

    person: Person
    topics: tuple[str, ...]
    per_day: float


@dataclass(frozen=True, slots=True)
class Episode:
    """Some days on which something is written about again and again.

    Attributes:
        topic: What it is about, in a word.
        first_day: First day of the storyline, from 0.
        last_day: Last day, included.
        per_day: Posts a day (of each friend, where friends tell it).
        lines: What is written; `{slot}` stands for one of the slot's words, `{friend}` for someone.
        replies: What friends answer.
        reply_chance: Probability, 0 to 1, that a post is answered.
        visibility: Who may see these posts.
        teller: Who writes them.
    """

    topic: str
    first_day: int
    last_day: int
    per_day: float
    lines: tuple[str, ...]
    replies: tuple[str, ...] = ()
    reply_chance: float = 0.0
    visibility: Visibility = Visibility.PUBLIC
    teller: Teller = Teller.PROTAGONIST


@dataclass(frozen=True, slots=True)
class Storyline:
    """A person, her circle, and sixty days of their lives.

    Attributes:
        name: Short name, for tests and people who read the data.
        summary: One sentence for the pages.
        protagonist: Whom it is about.
        hours: Hours of the day (UTC) at which she and her friends write.
        expected: What a reading should find at the turning point.
        episodes: What happens.
        friends: Whom she follows; they all follow her back.
        slots: Words for the placeholders in the lines.
        boosts_per_day: Friends' posts she boosts a day.
        answers: What she answers when friends write to her.
        answer_chance: Probability, 0 to 1, that she does.
    """

    name: str
    summary: str
    protagonist: Person
    hours: tuple[int, ...]
    expected: Expected
    episodes: tuple[Episode, ...]
    friends: tuple[Friend, ...]
    slots: dict[str, tuple[str, ...]]
    boosts_per_day: float = 0.0
    answers: tuple[str, ...] = ()
    answer_chance: float = 0.0
