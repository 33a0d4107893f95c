from datetime import UTC, date, datetime

import pytest

from context.brief import compose
from context.document import (
    Absence,
    AbsenceReason,
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

ABSENT = Absence(reason=AbsenceReason.NOT_GRANTED)
AT = datetime(2026, 11, 20, tzinfo=UTC)
STEADY = Trend(direction=TrendDirection.STEADY, change=0.0, since=None)


def sections(topics=ABSENT, sentiment=ABSENT, network=ABSENT, rhythm=ABSENT):
    return Sections(topics=topics, sentiment=sentiment, network=network, rhythm=rhythm)


def feeling(valence, confidence=0.9, trend=STEADY, drivers=()):
    return SentimentSection(
        as_of=AT,
        sources=["mastodon"],
        valence=valence,
        interval=(-1.0, 1.0),
        confidence=confidence,
        evidence=20,
        trend=trend,
        daily=[],
        drivers=list(drivers),
    )


def mind(*found):
    made = [
        Topic(
            id=f"top_{label}",
            label=label,
            terms=[label],
            direction=direction,
            share=0.2,
            valence=None,
            confidence=0.5,
            evidence=3,
            first_seen=AT.date(),
            last_seen=AT.date(),
        )
        for label, direction in found
    ]
    return TopicsSection(as_of=AT, sources=["mastodon"], topics=made)


def hours(*active):
    return RhythmSection(
        as_of=AT,
        sources=["mastodon"],
        hours=[1 / 24] * 24,
        active_hours=list(active),
        posts_per_week="4-10",
        confidence=0.5,
        evidence=20,
    )


@pytest.mark.parametrize(
    ("valence", "words"),
    [
        (-0.8, "Seems in low spirits."),
        (-0.2, "Seems somewhat frustrated."),
        (0.0, "Seems even-tempered."),
        (0.2, "Seems in good spirits."),
        (0.8, "Seems in high spirits."),
    ],
)
def test_valence_in_words(valence, words):
    assert compose(sections(sentiment=feeling(valence))) == words


def test_thin_evidence_is_said():
    said = compose(sections(sentiment=feeling(-0.2, confidence=0.4)))
    assert said == "Perhaps somewhat frustrated, on thin evidence."


@pytest.mark.parametrize(
    ("direction", "effect", "words"),
    [
        (TrendDirection.FALLING, -0.3, "down since 17 November, mostly about train"),
        (TrendDirection.RISING, 0.3, "up since 17 November, mostly about train"),
        (TrendDirection.FALLING, 0.3, "down since 17 November."),
    ],
)
def test_a_change_names_the_driver_that_explains_it(direction, effect, words):
    trend = Trend(direction=direction, change=0.5, since=date(2026, 11, 17))
    driver = Driver(id="top_train", label="train", effect=effect)
    assert words in compose(sections(sentiment=feeling(0.0, trend=trend, drivers=[driver])))


def test_an_even_mood_needs_no_explanation():
    driver = Driver(id="top_train", label="train", effect=-0.3)
    assert compose(sections(sentiment=feeling(0.0, drivers=[driver]))) == "Seems even-tempered."
    low = compose(sections(sentiment=feeling(-0.5, drivers=[driver])))
    assert low == "Seems in low spirits, mostly about train."


def test_topics_are_listed_with_their_direction():
    listed = mind(
        ("train", TopicDirection.RISING),
        ("garden", TopicDirection.STEADY),
        ("phone", TopicDirection.FADING),
        ("fourth", TopicDirection.STEADY),
    )
    assert (
        compose(sections(topics=listed))
        == "More and more about train; still about garden; less about phone."
    )
    assert compose(sections(topics=mind(("garden", TopicDirection.STEADY)))) == (
        "On the mind: garden."
    )


def test_what_goes_one_way_is_said_once_and_each_term_once():
    listed = mind(
        ("broadband", TopicDirection.RISING),
        ("flat, window", TopicDirection.FADING),
        ("internet, provider, broadband", TopicDirection.RISING),
    )
    assert compose(sections(topics=listed)) == (
        "More and more about broadband, internet and provider; less about flat and window."
    )
    only = mind(("window", TopicDirection.RISING), ("window", TopicDirection.FADING))
    assert compose(sections(topics=only)) == "More and more about window."


def test_a_driver_of_two_terms_is_said_in_one_breath():
    driver = Driver(id="top_net", label="internet, provider", effect=-0.3)
    said = compose(sections(sentiment=feeling(-0.5, drivers=[driver])))
    assert said == "Seems in low spirits, mostly about internet and provider."


def test_at_most_three_sentences():
    network = NetworkSection(
        as_of=AT,
        sources=["mastodon"],
        mood=MoodStep.LOW,
        people="5-9",
        confidence=0.3,
        difference=None,
        day=AT.date(),
    )
    said = compose(
        sections(mind(("garden", TopicDirection.STEADY)), feeling(0.2), network, hours(9))
    )
    assert said.count(".") == 3
    assert said.endswith("The mood among the people around is low.")


@pytest.mark.parametrize(
    ("active", "words"),
    [
        ((8, 9, 10), "between 08:00 and 11:00 UTC."),
        ((0, 1, 22, 23), "between 22:00 and 02:00 UTC."),
        (range(24), "between 00:00 and 00:00 UTC."),
    ],
)
def test_hours_run_over_midnight(active, words):
    assert compose(sections(rhythm=hours(*active))).endswith(words)


def test_nothing_is_said_of_nothing():
    assert compose(sections()) == "Too little is known to say anything yet."
    assert compose(sections(rhythm=hours())) == "Too little is known to say anything yet."
