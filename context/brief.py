"""The brief: two or three plain sentences an agent takes in while saying hello.

Composed from numbers of the sections the reader may see, never from anybody's words; a topic is
named by terms of the public vocabulary. Not cruel, and no surer than the numbers.
"""

from collections.abc import Sequence

from context.document import (
    NetworkSection,
    RhythmSection,
    Sections,
    SentimentSection,
    Topic,
    TopicDirection,
    TopicsSection,
    TrendDirection,
)

UNSURE = 0.6
"""Confidence in sentiment below which the brief says so."""
MAX_TOPICS = 3
"""Topics that the brief names."""

EVEN = 0.12
"""Valence below which, in either direction, a mood is even and needs no explanation."""

_MOODS = (
    (-0.35, "in low spirits"),
    (-0.12, "somewhat frustrated"),
    (0.12, "even-tempered"),
    (0.4, "in good spirits"),
)
_DIRECTIONS = {
    TopicDirection.RISING: "more and more about",
    TopicDirection.STEADY: "still about",
    TopicDirection.FADING: "less about",
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def compose(sections: Sections) -> str:
    """Return the brief of what is available among the sections.

    Args:
        sections: The rendered sections; absent ones are passed over in silence.
    """
    sentences = []
    if isinstance(sections.sentiment, SentimentSection):
        sentences.append(_feeling(sections.sentiment))
    if isinstance(sections.topics, TopicsSection):
        sentences.append(_mind(sections.topics))
    if isinstance(sections.network, NetworkSection):
        sentences.append(f"The mood among the people around is {sections.network.mood.value}.")
    elif isinstance(sections.rhythm, RhythmSection) and sections.rhythm.active_hours:
        sentences.append(_hours(sections.rhythm.active_hours))
    return " ".join(sentences) or "Too little is known to say anything yet."


def _feeling(sentiment: SentimentSection) -> str:
    mood = next((words for below, words in _MOODS if sentiment.valence < below), "in high spirits")
    said = (
        f"Seems {mood}" if sentiment.confidence >= UNSURE else f"Perhaps {mood}, on thin evidence"
    )
    trend = sentiment.trend
    if trend.since:
        way = "up" if trend.direction is TrendDirection.RISING else "down"
        said += f", {way} since {trend.since.day} {_MONTHS[trend.since.month - 1]}"
    if not trend.since and abs(sentiment.valence) < EVEN:
        return f"{said}."
    driver = next((d for d in sentiment.drivers if (d.effect < 0) == _is_low(sentiment)), None)
    return f"{said}, mostly about {_listed(_terms(driver.label))}." if driver else f"{said}."


def _is_low(sentiment: SentimentSection) -> bool:
    """Return whether the mood to be explained is a low one: the change called, else the level."""
    if sentiment.trend.since:
        return sentiment.trend.direction is TrendDirection.FALLING
    return sentiment.valence < 0


def _mind(topics: TopicsSection) -> str:
    named = _by_direction(topics.topics[:MAX_TOPICS])
    if set(named) == {TopicDirection.STEADY}:
        return f"On the mind: {_listed(named[TopicDirection.STEADY])}."
    said = "; ".join(f"{_DIRECTIONS[way]} {_listed(terms)}" for way, terms in named.items())
    return f"{said[0].upper()}{said[1:]}."


def _by_direction(topics: Sequence[Topic]) -> dict[TopicDirection, list[str]]:
    """Return the topics' terms by direction, each term once, where it is said first."""
    found: dict[str, TopicDirection] = {}
    for way in TopicDirection:
        for topic in topics:
            if topic.direction is way:
                found |= {term: way for term in _terms(topic.label) if term not in found}
    return {
        way: [term for term, its in found.items() if its is way]
        for way in TopicDirection
        if way in found.values()
    }


def _terms(label: str) -> list[str]:
    return label.split(", ")


def _listed(terms: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(terms[:-1]), terms[-1]]))


def _hours(hours: list[int]) -> str:
    first = next((h for h in hours if (h - 1) % 24 not in hours), hours[0])
    last = first
    while (last + 1) % 24 in hours and (last + 1) % 24 != first:
        last = (last + 1) % 24
    return f"Most often around between {first:02d}:00 and {(last + 1) % 24:02d}:00 UTC."
