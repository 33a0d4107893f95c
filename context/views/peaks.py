"""Peaks: days on which an emotion stood out from how she usually writes, and about what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from scipy.special import betainc

from context.digest import DayCounts, TopicRecord
from context.document import EmotionPeak, PeakDirection
from context.emotion import EMOTIONS, Emotion
from context.views.naming import label

MIN_FELT = 1.5
"""Expected posts with the emotion, within three days, below which there is no peak."""
UNLIKELY = 0.002
"""Chance under her usual share below which three days stand out.

Simulated on months without any peak, at one and at three posts a day: 0 to 5 of 100 show one. Of
two days with two posts more than usual, mostly angry, 65 of 100 are found at one post a day and 91
at three by a reader that is sure of each emotion; 8 and 34 by one that is unsure of most.
"""
APART = timedelta(days=3)
"""Days between two peaks of the same direction."""
MAX_PEAKS = 4
MIN_PART = 1 / 3
"""Part of all topics' feeling near a peak that a topic must hold to be what it is about."""

DIRECTIONS: Final = {
    Emotion.ANGER: PeakDirection.LOW,
    Emotion.DISGUST: PeakDirection.LOW,
    Emotion.FEAR: PeakDirection.LOW,
    Emotion.SADNESS: PeakDirection.LOW,
    Emotion.JOY: PeakDirection.HIGH,
    Emotion.OPTIMISM: PeakDirection.HIGH,
}
"""Surprise is neither a high nor a low."""


@dataclass(frozen=True, slots=True)
class _Standout:
    """Three days on which an emotion stood out, and how unlikely that is by chance."""

    chance: float
    emotion: Emotion
    day: date


def find_peaks(days: Sequence[DayCounts], topics: Sequence[TopicRecord]) -> list[EmotionPeak]:
    """Return the emotional highs and lows of a window, the latest first.

    A day is taken with its neighbours and compared with all other days of the window. Of several
    emotions and days that stand out near one another, the strongest is told.

    Args:
        days: The window's counts, oldest first.
        topics: Her topics.
    """
    standouts = [
        found
        for emotion in DIRECTIONS
        for day in days
        if (found := _standout(emotion, day.day, days)) is not None
    ]
    standouts.sort(key=lambda s: (s.chance, s.day, s.emotion))
    peaks: list[_Standout] = []
    for found in standouts:
        if all(_is_apart(found, other) for other in peaks):
            peaks.append(found)
    told = [_told(found, topics, len(days)) for found in peaks[:MAX_PEAKS]]
    return sorted(told, key=lambda peak: (peak.day, peak.emotion), reverse=True)


def _standout(emotion: Emotion, day: date, days: Sequence[DayCounts]) -> _Standout | None:
    column = EMOTIONS.index(emotion)
    span = _near(day, days)
    felt, read = _felt(span, column), _read(span)
    if felt < MIN_FELT:
        return None
    usual = (_felt(days, column) - felt + 0.5) / (_read(days) - read + 1)
    chance = _chance(felt, read, min(1.0, usual))
    if chance > UNLIKELY:
        return None
    strongest = max(span, key=lambda d: (d.emotions[column], d.day))
    return _Standout(chance, emotion, strongest.day)


def _chance(felt: float, read: float, usual: float) -> float:
    """Return the chance of so many posts with an emotion, or more, given its usual share.

    The binomial's upper tail by the incomplete beta function, which takes expected posts too.
    """
    return float(betainc(felt, max(0.0, read - felt) + 1, usual))


def _is_apart(one: _Standout, other: _Standout) -> bool:
    if DIRECTIONS[one.emotion] is not DIRECTIONS[other.emotion]:
        return one.day != other.day
    return abs(one.day - other.day) > APART


def _told(found: _Standout, topics: Sequence[TopicRecord], looked_at: int) -> EmotionPeak:
    topic = _topic(found, topics)
    return EmotionPeak(
        day=found.day,
        emotion=found.emotion,
        direction=DIRECTIONS[found.emotion],
        topic_id=topic.id if topic else None,
        topic_label=label(topic.terms, topic.subject) if topic else None,
        # Bonferroni: one of so many days could be unlikely by chance
        confidence=round(max(0.0, 1 - looked_at * found.chance), 2),
    )


def _topic(found: _Standout, topics: Sequence[TopicRecord]) -> TopicRecord | None:
    """Return the topic that holds most of the feeling near a peak, if it holds enough of it."""
    feelings = [(_feeling(topic, found), topic.id, topic) for topic in topics]
    total = sum(feeling for feeling, _, _ in feelings)
    best = max(feelings, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] > 0 and best[0] >= MIN_PART * total else None


def _feeling(topic: TopicRecord, found: _Standout) -> float:
    """Return how many of a topic's posts near a peak are likely to carry the emotion."""
    posts = sum(day.posts for day in topic.days)
    usual = topic.emotions[EMOTIONS.index(found.emotion)] / (100 * max(1, posts))
    return usual * sum(day.posts for day in _near(found.day, topic.days))


def _near(day: date, days: Sequence[DayCounts]) -> list[DayCounts]:
    return [d for d in days if abs((d.day - day).days) <= 1]


def _felt(days: Sequence[DayCounts], column: int) -> float:
    return sum(day.emotions[column] for day in days) / 100


def _read(days: Sequence[DayCounts]) -> float:
    return sum(day.negative + day.neutral + day.positive for day in days) / 100
