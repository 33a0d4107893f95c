"""The sentence about how she seems to feel, since when, and about what."""

from collections.abc import Mapping

from context.brief.voice import MIN_EVIDENCE, Said, Voice, topics_by_id
from context.document import (
    Driver,
    EmotionsSection,
    Sections,
    SentimentSection,
    Topic,
    TrendDirection,
)
from context.emotion import Emotion

UNSURE = 0.6
"""Confidence in sentiment below which the brief says so."""
EVEN = 0.12
"""Valence below which, in either direction, a mood is even and needs no explanation."""
CLEAR = 0.25
"""Valence of a topic from which on, in either direction, it is said how she feels about it."""
WEIGHS = 0.1
"""Effect on valence from which on a topic is told that weighs on an otherwise good mood."""
MAX_EMOTIONS = 2

_MOODS = (
    (-0.35, "mood.very_low"),
    (-EVEN, "mood.low"),
    (EVEN, "mood.even"),
    (0.4, "mood.good"),
)
LOWS = frozenset({Emotion.ANGER, Emotion.DISGUST, Emotion.FEAR, Emotion.SADNESS})
"""Emotions that are said of what weighs on her."""


def feeling(sections: Sections, voice: Voice) -> Said | None:
    """Return how she seems to feel; from emotions alone where sentiment is not there."""
    if isinstance(sections.sentiment, SentimentSection):
        return _felt(sections.sentiment, topics_by_id(sections), voice)
    if isinstance(sections.emotions, EmotionsSection) and sections.emotions.emotions:
        names = [voice.say(f"emotion.{e.emotion}") for e in sections.emotions.emotions]
        said = voice.say("emotions.mostly", emotions=voice.listed(names[:MAX_EMOTIONS]))
        return Said(voice.sentence(said))
    return None


def _felt(sentiment: SentimentSection, topics: Mapping[str, Topic], voice: Voice) -> Said:
    if not _is_sure(sentiment):
        return Said(voice.sentence(voice.say("sentiment.perhaps", mood=_mood(sentiment, voice))))
    weight = _weight(sentiment, topics)
    if weight is None:
        return _level(sentiment, topics, voice)
    if sentiment.valence >= EVEN and sentiment.trend.since is None:
        return _but(sentiment, weight, topics[weight.id], voice)
    return _about(sentiment, weight, topics[weight.id], voice)


def _is_sure(sentiment: SentimentSection) -> bool:
    low, high = sentiment.interval
    is_clear = abs(sentiment.valence) < EVEN or low > 0 or high < 0
    return sentiment.confidence >= UNSURE and is_clear


def _mood(sentiment: SentimentSection, voice: Voice) -> str:
    return voice.say(_mood_key(sentiment.valence))


def _mood_key(valence: float) -> str:
    return next((key for below, key in _MOODS if valence < below), "mood.very_good")


def _weight(sentiment: SentimentSection, topics: Mapping[str, Topic]) -> Driver | None:
    """Return the driver that clearly weighs on her, if that is what there is to say."""
    if sentiment.trend.direction is TrendDirection.RISING:
        return None
    return next(
        (
            driver
            for driver in sentiment.drivers
            if driver.effect <= -WEIGHS
            and driver.id in topics
            and topics[driver.id].evidence >= MIN_EVIDENCE
            and (topics[driver.id].valence or 0.0) <= -CLEAR
        ),
        None,
    )


def _about(sentiment: SentimentSection, driver: Driver, topic: Topic, voice: Voice) -> Said:
    """Say what weighs on her, since when, and how she is otherwise."""
    said = voice.say("sentiment.feels", feeling=_feeling(topic, voice))
    if sentiment.trend.since is not None:
        said = voice.say("sentiment.since", said=said, since=voice.since(sentiment.trend.since))
    words = voice.words_for(driver.label, topic)
    said = voice.say("sentiment.mostly", said=said, topic=voice.named(words))
    if driver.rest is not None and driver.rest > -EVEN:
        mood = voice.say(_mood_key(driver.rest))
        said = voice.say("sentiment.otherwise", said=said, mood=mood)
    return Said(voice.sentence(said), frozenset({driver.id}), frozenset(words))


def _but(sentiment: SentimentSection, driver: Driver, topic: Topic, voice: Voice) -> Said:
    """Say that her mood is good, and what weighs on it all the same."""
    said = voice.say("sentiment.seems", mood=_mood(sentiment, voice))
    said = voice.say("sentiment.but", said=said, feeling=_feeling(topic, voice))
    words = voice.words_for(driver.label, topic)
    said = voice.say("sentiment.mostly", said=said, topic=voice.named(words))
    return Said(voice.sentence(said), frozenset({driver.id}), frozenset(words))


def _level(sentiment: SentimentSection, topics: Mapping[str, Topic], voice: Voice) -> Said:
    """Say her mood, whether it changed, and what is mostly behind it."""
    is_low = _is_low(sentiment)
    said = voice.say("sentiment.seems", mood=_mood(sentiment, voice))
    since = sentiment.trend.since
    if since is None and abs(sentiment.valence) < EVEN:
        return Said(voice.sentence(said))
    if since is not None:
        way = "down" if is_low else "up"
        said = voice.say(f"sentiment.{way}", said=said, since=voice.since(since))
    driver = next((d for d in sentiment.drivers if _explains(d, topics, is_low=is_low)), None)
    if driver is None:
        return Said(voice.sentence(said))
    words = voice.words_for(driver.label, topics.get(driver.id))
    said = voice.say("sentiment.mostly", said=said, topic=voice.named(words))
    return Said(voice.sentence(said), frozenset({driver.id}), frozenset(words))


def _explains(driver: Driver, topics: Mapping[str, Topic], *, is_low: bool) -> bool:
    topic = topics.get(driver.id)
    return (driver.effect < 0) == is_low and (topic is None or topic.evidence >= MIN_EVIDENCE)


def _is_low(sentiment: SentimentSection) -> bool:
    """Return whether the mood to be explained is a low one: the change called, else the level."""
    if sentiment.trend.since:
        return sentiment.trend.direction is TrendDirection.FALLING
    return sentiment.valence < 0


def _feeling(topic: Topic, voice: Voice) -> str:
    """Say what weighs about a topic; without fitting emotions only that it does."""
    return voice.say(f"feeling.{next((e.value for e in topic.emotions if e in LOWS), 'low')}")
