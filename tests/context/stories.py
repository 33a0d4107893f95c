"""A month of somebody's digest, told day by day, for tests of what is rendered from it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from context.digest import (
    AccountFacts,
    ConversationCounts,
    DayCounts,
    Digest,
    IntentRecord,
    NetworkDay,
    NetworkTopic,
    TopicRecord,
)
from context.emotion import EMOTIONS
from context.intents import Intent
from context.joined import Source
from context.subjects import Subject

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
"""A Friday."""
TODAY = NOW.date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def emotions(**hundredths: int) -> tuple[int, ...]:
    return tuple(hundredths.get(emotion.value, 0) for emotion in EMOTIONS)


def days(ages: Iterable[int], *counts: int, felt: tuple[int, ...] = emotions()) -> tuple:
    return tuple(DayCounts(ago(age), *counts, emotions=felt) for age in ages)


def bare(rows: Iterable[DayCounts]) -> tuple[DayCounts, ...]:
    """Counts of days as topics have them: without emotions."""
    return tuple(replace(row, emotions=emotions()) for row in rows)


CALM = days(range(29, 3, -1), 2, 10, 40, 150, felt=emotions(joy=90, anger=5))
UPSET = days(range(3, -1, -1), 4, 300, 60, 40, felt=emotions(anger=260, sadness=40, joy=20))
GARDEN = TopicRecord(
    "top_garden",
    ("garden", "tomato", "basil"),
    bare(CALM[:12]),
    CALM[0].day,
    CALM[11].day,
    Subject.GARDENING,
    emotions(joy=1000),
    replies=2,
)
TRAIN = TopicRecord(
    "top_train",
    ("train", "platform"),
    bare(UPSET),
    UPSET[0].day,
    TODAY,
    Subject.PUBLIC_TRANSPORT,
    emotions(anger=1000, sadness=120),
    replies=8,
)
STORY = Digest(
    "plain/1",
    days=(*CALM, *UPSET),
    topics=(GARDEN, TRAIN),
    hours=(0,) * 8 + (20, 20, 20) + (0,) * 7 + (4,) * 2 + (0,) * 4,
    languages={"en": 68},
    network=(NetworkDay(TODAY, 50, 10),),
    intents=(
        IntentRecord(
            Intent.COMPLAINT, Subject.PUBLIC_TRANSPORT, "top_train", ((ago(2), 180), (TODAY, 90))
        ),
        IntentRecord(
            Intent.NEEDS_HELP, Subject.PUBLIC_TRANSPORT, "top_train", ((ago(1), 85), (TODAY, 80))
        ),
        IntentRecord(Intent.WANTS_TO_BUY, Subject.CYCLING, "", ((ago(4), 92),)),
    ),
    conversations=ConversationCounts(tells=40, asks=6, answers=16, shares=6, partners=5),
    account=AccountFacts(100, 100, 1095, automated=False, repeated=1, busiest_day=4),
    network_topics=(
        NetworkTopic(("garden", "seedling"), Subject.GARDENING, 10),
        NetworkTopic(("match", "goal"), Subject.SPORT, 5),
    ),
)
"""A month of contentment about the garden, then four days of a broken train."""


def source(digest: Digest = STORY, provider: str = "mastodon") -> Source:
    return Source(provider, digest, NOW)
