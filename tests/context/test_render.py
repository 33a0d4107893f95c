"""The context as a reader gets it: granted sections, reasons for the others, decay."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from context.digest import DayCounts, Digest, TopicRecord
from context.document import (
    Absence,
    AbsenceReason,
    Context,
    MoodStep,
    NetworkSection,
    RhythmSection,
    SentimentSection,
    TopicDirection,
    TopicsSection,
    TrendDirection,
)
from context.emotion import Emotion
from context.render import Source, render
from context.section import Section
from tests.context.stories import NOW, STORY, ago, source


def test_the_whole_story():
    context = render([source()], list(Section), NOW)
    assert context.as_of == NOW
    sections = context.sections
    assert isinstance(sections.topics, TopicsSection)
    train, garden = sections.topics.topics
    assert (train.label, train.direction) == ("train, platform", TopicDirection.RISING)
    assert (garden.label, garden.direction) == ("garden, tomato", TopicDirection.FADING)
    assert train.valence is not None
    assert garden.valence is not None
    assert train.valence < -0.3 < 0.3 < garden.valence
    assert (train.evidence, train.answers) == (16, 0.5)
    assert train.emotions == [Emotion.ANGER]
    assert isinstance(sections.sentiment, SentimentSection)
    trend = sections.sentiment.trend
    assert trend.direction is TrendDirection.FALLING
    assert trend.since == ago(3)
    assert trend.interval is not None
    assert trend.interval[0] < trend.change < trend.interval[1] < 0
    assert (
        sections.sentiment.interval[0] < sections.sentiment.valence < sections.sentiment.interval[1]
    )
    driver = sections.sentiment.drivers[0]
    assert driver.id == "top_train"
    assert driver.rest is not None
    assert driver.rest > 0.5
    assert len(sections.sentiment.daily) == 30
    assert isinstance(sections.network, NetworkSection)
    assert (sections.network.mood, sections.network.people) == (MoodStep.HIGH, "10-24")
    assert sections.network.difference is not None
    assert sections.network.difference < 0
    assert isinstance(sections.rhythm, RhythmSection)
    assert sections.rhythm.active_hours == [8, 9, 10]
    assert sections.rhythm.posts_per_week == "11-30"
    assert sum(sections.rhythm.hours) == pytest.approx(1, abs=1e-2)
    assert context.brief == (
        "Seems frustrated since Tuesday, mainly: train, platform; otherwise in high spirits."
        " Has complaints; needs help. Less about: garden."
    )


def test_the_brief_speaks_the_readers_language():
    context = render([source()], list(Section), NOW, language="de-AT")
    assert context.brief == (
        "Wirkt verärgert seit Dienstag, vor allem: train, platform; sonst in bester Stimmung."
        " Hat Beschwerden; braucht Hilfe. Weniger über: garden."
    )


def test_reasons_are_given_to_granted_sections_only(now):
    context = render([Source("mastodon", None, None)], [Section.TOPICS], now)
    assert context.sections.topics == Absence(reason=AbsenceReason.PENDING)
    assert context.sections.rhythm == Absence(reason=AbsenceReason.NOT_GRANTED)
    assert context.brief == "Too little is known to say anything yet."


def test_without_a_source_nothing_is_linked_and_nothing_is_pending(now):
    sections = render([], [Section.TOPICS], now).sections
    assert sections.topics == Absence(reason=AbsenceReason.NOTHING_LINKED)
    assert sections.rhythm == Absence(reason=AbsenceReason.NOT_GRANTED)


def test_an_empty_digest_abstains_everywhere(now):
    empty = Source("mastodon", Digest("plain/1"), now)
    sections = render([empty], list(Section), now).sections
    for section in Section:
        is_lens = section is Section.RELATIONSHIP
        reason = AbsenceReason.NO_LENS if is_lens else AbsenceReason.INSUFFICIENT_DATA
        assert sections[section] == Absence(reason=reason)


def test_what_is_old_fades_and_then_goes_silent(now):
    def at(days):
        later = now + timedelta(days=days)
        return render([Source("mastodon", STORY, later)], list(Section), later).sections

    evidence = []
    for days in (10, 15, 20, 25):
        found = at(days).sentiment
        assert isinstance(found, SentimentSection)
        evidence.append(found.evidence)
    assert evidence == sorted(evidence, reverse=True)
    silent = Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    assert at(60).sentiment == silent
    assert at(4).network == silent


def test_few_posts_of_a_topic_tell_no_valence(now):
    today = now.date()
    few = TopicRecord("top_a", ("train",), (DayCounts(today, 3, 300, 0, 0),), today, today)
    source = Source("mastodon", Digest("plain/1", days=few.days, topics=(few,)), now)
    sections = render([source], list(Section), now).sections
    assert isinstance(sections.topics, TopicsSection)
    assert sections.topics.topics[0].valence is None
    assert sections.topics.topics[0].direction is TopicDirection.STEADY
    assert sections.sentiment == Absence(reason=AbsenceReason.INSUFFICIENT_DATA)


def test_an_even_month_is_steady_and_a_week_cannot_tell(now):
    today = now.date()

    def trend(ages):
        days = tuple(DayCounts(today - timedelta(days=a), 2, 50, 100, 50) for a in ages)
        source = Source("mastodon", Digest("plain/1", days=days), now)
        section = render([source], [Section.SENTIMENT], now).sections.sentiment
        assert isinstance(section, SentimentSection)
        return section.trend.direction

    assert trend(range(29, -1, -1)) is TrendDirection.STEADY
    assert trend(range(6, -1, -1)) is TrendDirection.UNKNOWN


def test_the_document_has_a_schema_and_reads_as_json(now):
    adapter = TypeAdapter(Context)
    written = json.loads(adapter.dump_json(render([source()], [Section.TOPICS], now)))
    assert written["sections"]["rhythm"] == {"status": "absent", "reason": "not_granted"}
    assert written["sections"]["topics"]["topics"][0]["label"] == "train, platform"
    assert adapter.json_schema()["required"] == ["as_of", "brief", "sections"]
    assert adapter.validate_python(adapter.dump_python(render([source()], [], now)))


days = st.integers(0, 140)
small = st.integers(0, 400)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(days, st.integers(0, 9), small, small, small), max_size=30),
    st.lists(st.integers(0, 5), min_size=24, max_size=24),
)
def test_numbers_stay_in_range_whatever_a_digest_holds(now, rows, hours):
    today = now.date()
    counts = tuple(DayCounts(today - timedelta(days=age), *rest) for age, *rest in rows)
    topics = (TopicRecord("top_a", ("train",), counts[:5], today, today),) if counts else ()
    digest = Digest("plain/1", days=counts, topics=topics, hours=tuple(hours))
    sections = render([Source("mastodon", digest, now)], list(Section), now).sections
    if isinstance(sections.sentiment, SentimentSection):
        assert -1 <= sections.sentiment.interval[0] <= sections.sentiment.valence
        assert sections.sentiment.valence <= sections.sentiment.interval[1] <= 1
        assert 0 <= sections.sentiment.confidence <= 1
    if isinstance(sections.topics, TopicsSection):
        assert all(0 <= topic.share <= 1 for topic in sections.topics.topics)
        assert all(0 <= topic.confidence <= 1 for topic in sections.topics.topics)
