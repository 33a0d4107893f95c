"""Which topics are told to move her valence, and which way."""

from dataclasses import replace

from context.document import SentimentSection
from context.render import render
from context.section import Section
from tests.context.stories import (
    GARDEN,
    NOW,
    STORY,
    TRAIN,
    bare,
    days,
    emotions,
    source,
)

HAPPY = days(range(20), 3, 10, 20, 270)
GLAD = bare(days(range(20), 1, 0, 0, 100))
CONTENT = bare(days(range(20), 1, 10, 20, 70))
SOUR = bare(days(range(20), 1, 90, 10, 0))


def effects(*topics, counts=HAPPY):
    digest = replace(STORY, days=counts, topics=topics, intents=(), network=())
    shown = [Section.SENTIMENT, Section.TOPICS]
    section = render([source(digest)], shown, NOW).sections.sentiment
    assert isinstance(section, SentimentSection)
    return {driver.id: driver.effect for driver in section.drivers}


def test_what_is_merely_less_glad_than_the_rest_weighs_on_nobody():
    assert effects(replace(TRAIN, days=CONTENT)) == {}


def test_a_topic_that_did_not_change_explains_no_change():
    older = days(range(110, 29, -1), 3, 100, 100, 100)
    calm = days(range(29, 4, -1), 3, 100, 100, 100, felt=emotions(joy=50))
    low = days(range(4, -1, -1), 3, 250, 30, 20, felt=emotions(joy=10))
    always = bare(days(range(29, -1, -1), 1, 90, 10, 0))
    told = effects(replace(TRAIN, days=always), counts=(*older, *calm, *low))
    assert told.get("top_train", 0) >= 0


FELL = (
    *days(range(110, 29, -1), 3, 60, 100, 140),
    *days(range(29, 4, -1), 3, 60, 100, 140, felt=emotions(joy=50)),
    *days(range(4, -1, -1), 3, 250, 30, 20, felt=emotions(joy=10)),
)
ROSE = (
    *days(range(110, 29, -1), 3, 250, 30, 20),
    *days(range(29, 4, -1), 3, 250, 30, 20, felt=emotions(joy=10)),
    *days(range(4, -1, -1), 3, 60, 100, 140, felt=emotions(joy=50)),
)


def test_what_she_liked_and_writes_less_of_weighs_on_nobody():
    missed = bare(days(range(29, 4, -1), 1, 0, 10, 90)) + bare(days([2], 1, 0, 20, 80))
    assert effects(replace(TRAIN, days=missed), counts=FELL) == {}


def test_what_she_minded_and_writes_less_of_lifts_nobody():
    left = bare(days(range(29, 4, -1), 1, 95, 5, 0)) + bare(days([2], 1, 80, 20, 0))
    assert effects(replace(TRAIN, days=left), counts=ROSE) == {}


def test_what_is_told_as_glad_weighs_on_nobody_although_it_turned_lately():
    turned = bare(days(range(29, 4, -1), 1, 0, 10, 90)) + bare(days([2, 1], 1, 80, 20, 0))
    assert effects(replace(TRAIN, days=turned), counts=FELL) == {}


def test_the_effect_is_a_part_of_her_valence_whether_or_not_it_changed():
    low = bare(days(range(4, -1, -1), 2, 190, 10, 0))
    [effect] = effects(replace(TRAIN, days=low), counts=FELL).values()
    digest = replace(STORY, days=FELL, topics=(replace(TRAIN, days=low),), intents=(), network=())
    sentiment = render(
        [source(digest)], [Section.SENTIMENT, Section.TOPICS], NOW
    ).sections.sentiment
    assert isinstance(sentiment, SentimentSection)
    assert sentiment.trend.since is not None
    [driver] = sentiment.drivers
    assert driver.rest is not None
    # both are of the posts as they weigh, before the interval's prior draws valence toward none
    assert abs(sentiment.valence - (driver.rest + effect)) < 0.1


def test_what_is_low_weighs_on_her_and_what_is_glad_lifts():
    mixed = days(range(20), 3, 110, 40, 150)
    told = effects(replace(TRAIN, days=SOUR), replace(GARDEN, days=GLAD), counts=mixed)
    assert told["top_train"] < 0 < told["top_garden"]
