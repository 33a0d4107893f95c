"""What she hides, mutes or says is not her, seen through what is rendered."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.corrections import Correction, CorrectionKind
from context.digest import DayCounts, IntentRecord, TopicRecord
from context.document import IntentsSection, NetworkSection, RelationshipSection, SentimentSection
from context.intents import Intent
from context.relationship import Relationship
from context.render import render
from context.section import Section
from context.subjects import Subject
from tests.context.stories import (
    GARDEN,
    NOW,
    STORY,
    TODAY,
    TRAIN,
    UPSET,
    bare,
    days,
    emotions,
    source,
)

ALL = list(Section)


def told(*corrections, digest=STORY, lens=None):
    return render([source(digest)], ALL, NOW, corrections=corrections, relationship=lens)


def about(topic, kind=CorrectionKind.HIDE, **changes):
    return replace(Correction(kind, topic.id, topic.terms, topic.subject), **changes)


def feeling(context):
    section = context.sections.sentiment
    assert isinstance(section, SentimentSection)
    return section


def wants(context):
    section = context.sections.intents
    assert isinstance(section, IntentsSection)
    return [claim.intent for claim in section.intents]


@pytest.mark.parametrize("kind", CorrectionKind)
def test_a_corrected_topic_is_named_nowhere(kind):
    company = Relationship(
        "plain/1", brands=bare(UPSET), subjects=((Subject.PUBLIC_TRANSPORT, 9), (Subject.WORK, 1))
    )
    shown = told(about(TRAIN, kind), about(GARDEN, kind), lens=company)
    for word in ("train", "platform", "garden", "top_", "seedling", "transport"):
        assert word not in repr(shown), word
    assert wants(shown) == [Intent.WANTS_TO_BUY]
    assert isinstance(shown.sections.relationship, RelationshipSection)
    assert shown.sections.relationship.subjects == [Subject.WORK]
    assert isinstance(shown.sections.network, NetworkSection)
    assert [topic.label for topic in shown.sections.network.topics] == ["match, goal"]


def test_what_is_hidden_still_counts_for_how_she_feels_and_what_is_muted_does_not():
    hidden, muted, not_me = (feeling(told(about(TRAIN, kind))) for kind in CorrectionKind)
    assert hidden.valence == feeling(told()).valence
    assert hidden.drivers == []
    assert hidden.valence < 0
    assert muted.valence > 0.5
    assert muted == not_me
    assert muted.trend.since is None
    emotions_left = repr(told(about(TRAIN, CorrectionKind.MUTE)).sections.emotions)
    assert "anger" not in emotions_left
    assert "joy" in emotions_left


def test_a_topic_is_found_by_its_terms_when_its_id_is_another():
    renamed = replace(
        STORY, topics=(GARDEN, replace(TRAIN, id="top_new", terms=("train", "delay")))
    )
    shown = told(about(TRAIN), digest=renamed)
    assert "train" not in repr(shown.sections.topics)


def test_a_topic_without_terms_is_found_again_by_its_subject():
    only = replace(TRAIN, terms=())
    renamed = replace(STORY, topics=(GARDEN, replace(only, id="top_new")))
    assert "public transport" in repr(told(digest=renamed).sections.topics)
    assert "public transport" not in repr(told(about(only), digest=renamed).sections.topics)
    other = replace(STORY, topics=(GARDEN, replace(only, id="top_new", subject=Subject.WORK)))
    assert "work" in repr(told(about(only), digest=other).sections.topics)


def test_another_topic_of_the_same_subject_stays():
    tram = TopicRecord("top_tram", ("tram", "ticket"), bare(UPSET), TODAY, TODAY, TRAIN.subject)
    shown = told(about(TRAIN), digest=replace(STORY, topics=(TRAIN, tram)))
    assert "tram" in repr(shown.sections.topics)
    assert "train" not in repr(shown.sections.topics)


def test_a_whole_subject_can_be_corrected():
    shown = told(Correction(CorrectionKind.HIDE, subject=Subject.PUBLIC_TRANSPORT))
    assert "train" not in repr(shown.sections.topics)
    assert "garden" in repr(shown.sections.topics)
    assert wants(shown) == [Intent.WANTS_TO_BUY]


@pytest.mark.parametrize(
    ("correction", "left"),
    [
        (about(TRAIN, intent=Intent.COMPLAINT), [Intent.NEEDS_HELP, Intent.WANTS_TO_BUY]),
        (about(GARDEN, intent=Intent.COMPLAINT), None),
        (Correction(CorrectionKind.HIDE, intent=Intent.NEEDS_HELP), [Intent.COMPLAINT]),
        (
            Correction(CorrectionKind.HIDE, subject=Subject.CYCLING, intent=Intent.WANTS_TO_BUY),
            [Intent.COMPLAINT, Intent.NEEDS_HELP],
        ),
        (Correction(CorrectionKind.HIDE, subject=Subject.CYCLING, intent=Intent.PRAISE), None),
        # says nothing of anything: nothing is hidden
        (Correction(CorrectionKind.HIDE), None),
    ],
)
def test_an_intent_is_corrected_by_itself_and_its_topic_stays(correction, left):
    shown = told(correction)
    assert "train" in repr(shown.sections.topics)
    if left is None:
        assert shown == told()
    else:
        assert set(left) <= set(wants(shown))
        assert len(wants(shown)) == 2


def test_lifting_a_correction_brings_everything_back():
    assert told(about(TRAIN)) != told()
    assert told() == render([source()], ALL, NOW)


def test_muting_a_topic_that_never_changed_changes_nothing_else():
    older = days(range(110, 29, -1), 3, 150, 0, 150)
    window = days(range(29, -1, -1), 3, 150, 0, 150, felt=emotions(anger=50))
    always = replace(TRAIN, days=bare(days(range(29, -1, -1), 1, 100, 0, 0)))
    digest = replace(STORY, days=(*older, *window), topics=(always,), intents=())
    assert feeling(told(digest=digest)).trend.since is None
    assert feeling(told(about(always, CorrectionKind.MUTE), digest=digest)).trend.since is None


counts = st.integers(0, 500)


@settings(max_examples=40, deadline=None)
@given(st.tuples(counts, counts, counts), st.lists(counts, min_size=7, max_size=7))
def test_muting_never_leaves_less_than_nothing(valence, felt):
    """Even where a topic holds more than its days, as counts of two accounts may."""
    topic = TopicRecord(
        "top_a",
        ("train",),
        (DayCounts(TODAY, 3, *valence),),
        TODAY,
        TODAY,
        emotions=tuple(felt),
    )
    digest = replace(
        STORY,
        topics=(topic,),
        days=(DayCounts(TODAY, 9, 300, 300, 300, emotions(joy=200)),),
        intents=(IntentRecord(Intent.PRAISE, None, "", ((TODAY, 90),)),),
    )
    section = told(about(topic, CorrectionKind.MUTE), digest=digest).sections.sentiment
    if isinstance(section, SentimentSection):
        assert -1 <= section.interval[0] <= section.valence <= section.interval[1] <= 1
