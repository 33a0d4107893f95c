"""A context as it might be, for tests and pictures of the pages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from context.document import (
    Absence,
    AbsenceReason,
    Context,
    DailyValence,
    Driver,
    MoodStep,
    NetworkSection,
    RhythmSection,
    Sections,
    SentimentSection,
    Topic,
    TopicDirection,
    TopicsSection,
    Trend,
    TrendDirection,
)

AS_OF = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SINCE = date(2026, 2, 20)
HOURS = (1, 0, 0, 0, 0, 0, 2, 9, 11, 5, 2, 2, 4, 3, 2, 2, 3, 5, 8, 12, 13, 9, 5, 2)
CURVE = (31, 34, 38, 33, 29, 36, 41, 40, 35, 37, 42, 39, 30, 8, -18, -31, -44, -41, -35, -38, -46)


def topic(
    label: str,
    share: float,
    valence: float | None,
    direction: TopicDirection = TopicDirection.STEADY,
) -> Topic:
    return Topic(
        id=label.replace(" ", "-"),
        label=label,
        terms=label.split(),
        subject=None,
        direction=direction,
        share=share,
        valence=valence,
        emotions=[],
        answers=0.2,
        confidence=0.8,
        evidence=round(share * 80),
        first_seen=date(2026, 2, 8),
        last_seen=date(2026, 3, 1),
    )


def day(number: int, hundredths: int) -> DailyValence:
    valence = hundredths / 100
    return DailyValence(
        day=date(2026, 2, 8) + timedelta(days=number),
        posts=3,
        valence=valence,
        low=max(-1, valence - 0.22),
        high=min(1, valence + 0.22),
    )


SENTIMENT = SentimentSection(
    as_of=AS_OF,
    sources=["mastodon"],
    valence=-0.31,
    interval=(-0.45, -0.17),
    confidence=0.8,
    evidence=64,
    trend=Trend(direction=TrendDirection.FALLING, change=-0.71, interval=(-1.0, -0.4), since=SINCE),
    daily=[day(number, value) for number, value in enumerate(CURVE)],
    drivers=[
        Driver(id="broadband-outage", label="broadband outage", effect=-0.22, rest=0.1),
        Driver(id="team-play-offs", label="team play-offs", effect=0.09, rest=-0.4),
    ],
)
TOPICS = TopicsSection(
    as_of=AS_OF,
    sources=["mastodon"],
    topics=[
        topic("broadband outage", 0.38, -0.62, TopicDirection.RISING),
        topic("moving house", 0.24, 0.05),
        topic("team play-offs", 0.15, 0.55, TopicDirection.FADING),
        topic("garden", 0.06, None),
    ],
)
NETWORK = NetworkSection(
    as_of=AS_OF,
    sources=["mastodon"],
    mood=MoodStep.MIXED,
    people="10-24",
    confidence=0.7,
    difference=-0.25,
    topics=[],
    own_topics=[],
    day=date(2026, 3, 2),
)
RHYTHM = RhythmSection(
    as_of=AS_OF,
    sources=["mastodon"],
    hours=[posts / 100 for posts in HOURS],
    active_hours=[7, 8, 18, 19, 20, 21],
    posts_per_week="11-30",
    confidence=0.9,
    evidence=81,
)
CONTEXT = Context(
    as_of=AS_OF,
    brief="Seems somewhat frustrated, down since 20 February, mostly about broadband outage.",
    sections=replace(
        Sections.absent(Absence(reason=AbsenceReason.INSUFFICIENT_DATA)),
        topics=TOPICS,
        sentiment=SENTIMENT,
        network=NETWORK,
        rhythm=RHYTHM,
    ),
)


def absent(reason: AbsenceReason) -> Context:
    """A context in which every section is absent for one reason."""
    sections = Sections.absent(Absence(reason=reason))
    return Context(as_of=AS_OF, brief="Too little is known to say anything yet.", sections=sections)


def without(**absences: AbsenceReason) -> Context:
    """The sample context, some sections absent for a reason."""
    sections = {name: Absence(reason=reason) for name, reason in absences.items()}
    return replace(CONTEXT, sections=replace(CONTEXT.sections, **sections))
