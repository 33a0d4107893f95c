"""Emotions, and the days on which one stood out."""

from dataclasses import replace

import pytest

from context.digest import Digest, TopicRecord
from context.document import EmotionsSection, PeakDirection
from context.emotion import Emotion
from context.joined import Joined, join
from context.views.emotions import emotions_section
from tests.context.stories import (
    GARDEN,
    NOW,
    STORY,
    TODAY,
    TRAIN,
    ago,
    bare,
    days,
    emotions,
    source,
)


def section(digest):
    joined = join([source(digest)], NOW)
    assert isinstance(joined, Joined)
    return emotions_section(joined, TODAY)


def told(digest):
    found = section(digest)
    assert isinstance(found, EmotionsSection)
    return found


def even(posts=2, **hundredths):
    counts = days(range(29, -1, -1), posts, 0, posts * 100, 0, felt=emotions(**hundredths))
    return Digest("plain/1", days=counts)


def with_days(digest, changed):
    instead = {day.day: day for day in changed}
    return replace(digest, days=tuple(instead.get(day.day, day) for day in digest.days))


def test_emotions_of_now_are_told_with_when_they_were_felt():
    [anger] = told(STORY).emotions
    assert (anger.emotion, anger.first_seen, anger.last_seen) == (Emotion.ANGER, ago(3), TODAY)
    assert 0.4 < anger.share < 0.65
    assert 0 < anger.confidence < 1


def test_the_strongest_emotion_comes_first():
    found = told(even(posts=3, joy=90, surprise=120)).emotions
    assert [share.emotion for share in found] == [Emotion.SURPRISE, Emotion.JOY]
    assert (found[0].first_seen, found[0].last_seen) == (ago(29), TODAY)


def test_traces_of_everything_are_no_emotion():
    # 10 of 100 in every post: the noise of a reader of emotions
    assert told(even(joy=20, anger=20, fear=20)).emotions == []
    # a fifth of all posts, but on no day clearly
    assert told(even(joy=40)).emotions == []
    [joy] = told(even(joy=60)).emotions
    assert joy.share == pytest.approx(0.3)


def test_few_posts_tell_no_emotion_and_neither_does_a_digest_without_any():
    few = Digest("plain/1", days=days([1], 3, 0, 0, 300, felt=emotions(joy=300)))
    assert section(few).status == "absent"
    assert section(even()).status == "absent"
    assert section(Digest("plain/1")).status == "absent"


def test_a_day_of_joy_stands_out_and_is_tied_to_its_topic():
    match = days([6, 5], 3, 0, 60, 240, felt=emotions(joy=270))
    digest = replace(
        with_days(even(joy=30), match),
        topics=(
            TopicRecord(
                "top_match",
                ("match", "goal"),
                bare(match),
                ago(6),
                ago(5),
                None,
                emotions(joy=540),
            ),
            replace(GARDEN, emotions=emotions(joy=100)),
        ),
    )
    [peak] = told(digest).peaks
    assert (peak.emotion, peak.direction) == (Emotion.JOY, PeakDirection.HIGH)
    assert (peak.topic_id, peak.topic_label) == ("top_match", "match, goal")
    assert peak.day in {ago(6), ago(5)}
    assert 0.7 < peak.confidence < 1
    [unnamed] = told(replace(digest, topics=())).peaks
    assert (unnamed.topic_id, unnamed.topic_label) == (None, None)


def test_highs_and_lows_are_told_the_latest_first_and_each_once():
    low = days([15, 14, 13], 3, 270, 30, 0, felt=emotions(sadness=240, anger=200))
    high = days([4, 3], 3, 0, 30, 270, felt=emotions(joy=280))
    found = told(with_days(even(joy=20, sadness=10, anger=10), (*low, *high)))
    assert [(peak.direction, peak.emotion) for peak in found.peaks] == [
        (PeakDirection.HIGH, Emotion.JOY),
        (PeakDirection.LOW, Emotion.SADNESS),
    ]


def test_an_even_month_has_no_peak_and_surprise_is_neither_high_nor_low():
    assert told(even(joy=60)).peaks == []
    surprised = days([4, 3], 3, 0, 300, 0, felt=emotions(surprise=290))
    assert told(with_days(even(joy=60), surprised)).peaks == []


def test_a_topic_that_holds_little_of_the_feeling_is_not_blamed():
    topics = (
        *(
            replace(TRAIN, id=f"top_{name}", terms=(name,), emotions=emotions(anger=1000))
            for name in ("bus", "tram", "ferry", "plane")
        ),
    )
    peaks = told(replace(STORY, topics=topics)).peaks
    assert peaks
    assert all(peak.topic_id is None for peak in peaks)
