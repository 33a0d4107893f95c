"""What a reader may not see does not show, anywhere, under any choice of sections."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.brief import compose
from context.digest import (
    AccountFacts,
    ConversationCounts,
    IntentRecord,
    NetworkDay,
    TopicRecord,
)
from context.document import (
    Absence,
    AbsenceReason,
    EmotionsSection,
    IntentsSection,
    NetworkSection,
    RelationshipSection,
    TopicsSection,
)
from context.intents import Intent
from context.messages import LANGUAGES
from context.relationship import Relationship
from context.render import render
from context.section import Section
from context.subjects import Subject
from context.withhold import withhold
from tests.context.stories import (
    NOW,
    STORY,
    TODAY,
    UPSET,
    ago,
    bare,
    emotions,
    source,
)

LENS = Relationship(
    "plain/1",
    brands=bare(UPSET),
    rivals=bare(UPSET[:1]),
    switching=((ago(1), 90),),
    subjects=((Subject.PUBLIC_TRANSPORT, 9), (Subject.WORK, 1)),
    network=NetworkDay(TODAY, -40, 10),
)
SUBSETS = st.frozensets(st.sampled_from(Section))
NOT_GRANTED = Absence(reason=AbsenceReason.NOT_GRANTED)


def told(digest=STORY, sections=tuple(Section), lens=LENS, language="en"):
    return render([source(digest)], sections, NOW, relationship=lens, language=language)


OTHERS = {
    # what each section alone is made of, changed to something quite else
    Section.TOPICS: replace(
        STORY,
        topics=(
            TopicRecord(
                "top_other",
                ("lemon", "spoon"),
                bare(UPSET),
                ago(3),
                TODAY,
                Subject.COOKING,
                emotions(anger=900),
                replies=16,
            ),
        ),
        intents=tuple(
            replace(record, topic="" if record.topic else "top_other", subject=Subject.COOKING)
            for record in STORY.intents
        ),
    ),
    Section.SENTIMENT: replace(
        STORY,
        days=tuple(
            replace(day, negative=day.positive, positive=day.negative) for day in STORY.days
        ),
        topics=tuple(
            replace(
                topic,
                days=tuple(
                    replace(day, negative=day.positive, positive=day.negative) for day in topic.days
                ),
            )
            for topic in STORY.topics
        ),
    ),
    Section.EMOTIONS: replace(
        STORY,
        days=tuple(replace(day, emotions=emotions(fear=50)) for day in STORY.days),
        topics=tuple(replace(topic, emotions=emotions(fear=900)) for topic in STORY.topics),
    ),
    Section.INTENTS: replace(
        STORY, intents=(IntentRecord(Intent.PRAISE, Subject.MUSIC, "", ((TODAY, 99),)),)
    ),
    Section.CONVERSATIONS: replace(
        STORY,
        conversations=ConversationCounts(tells=1, asks=90, answers=1, shares=1, partners=50),
        topics=tuple(replace(topic, replies=0) for topic in STORY.topics),
    ),
    Section.NETWORK: replace(STORY, network=(NetworkDay(TODAY, -40, 100),), network_topics=()),
    Section.RHYTHM: replace(STORY, hours=(9,) * 24),
    Section.REACH: replace(
        STORY, account=AccountFacts(10_000, 0, 0, automated=True, repeated=60, busiest_day=99)
    ),
}


def test_the_changed_digests_would_show():
    """Otherwise the next property would hold for nothing."""
    for section, digest in OTHERS.items():
        assert told(digest).sections[section] != told().sections[section]


@settings(max_examples=80, deadline=None)
@given(SUBSETS, st.sampled_from(sorted(OTHERS)), st.sampled_from(LANGUAGES))
def test_whatever_is_withheld_could_be_anything(granted, hidden, language):
    """Non-interference: what was not granted has no influence on what is served."""
    granted -= {hidden}
    assert told(OTHERS[hidden], granted, language=language) == told(
        sections=granted, language=language
    )


@given(SUBSETS)
@settings(max_examples=30, deadline=None)
def test_a_lens_shows_in_its_own_section_only(granted):
    granted -= {Section.RELATIONSHIP}
    assert told(sections=granted, lens=None) == told(sections=granted)


@settings(max_examples=80, deadline=None)
@given(SUBSETS, SUBSETS)
def test_fewer_sections_are_the_whole_with_the_others_blanked(granted, fewer):
    fewer &= granted
    more, less = told(sections=granted), told(sections=fewer)
    assert less.sections == withhold(more.sections, fewer)
    assert less.brief == compose(less.sections, TODAY)
    for section in Section:
        assert (less.sections[section] == NOT_GRANTED) == (section not in fewer)
        if section in fewer:
            assert type(less.sections[section]) is type(more.sections[section])


@settings(max_examples=40, deadline=None)
@given(SUBSETS)
def test_no_name_of_a_topic_is_anywhere_unless_topics_are_granted(granted):
    granted -= {Section.TOPICS}
    # topics of the network are not hers, even where they hold the same words
    shown = repr(told(replace(STORY, network_topics=()), granted))
    for word in ("train", "platform", "garden", "tomato", "top_", "transport", "cycling"):
        assert word not in shown


def test_traces_by_section():
    every = set(Section)
    topics = told(sections=[Section.TOPICS]).sections.topics
    assert isinstance(topics, TopicsSection)
    for topic in topics.topics:
        assert (topic.valence, topic.emotions, topic.answers) == (None, [], None)
    network = told(sections=[Section.NETWORK]).sections.network
    assert isinstance(network, NetworkSection)
    assert (network.difference, network.own_topics) == (None, [])
    assert [topic.shared for topic in network.topics] == [None, None]
    company = told(sections=every - {Section.NETWORK}).sections.relationship
    assert isinstance(company, RelationshipSection)
    assert company.network is None
    assert company.subjects == [Subject.PUBLIC_TRANSPORT, Subject.WORK]
    emotions_alone = told(sections=[Section.EMOTIONS]).sections.emotions
    assert isinstance(emotions_alone, EmotionsSection)
    assert emotions_alone.peaks
    assert all(peak.topic_id is None for peak in emotions_alone.peaks)


def test_without_topics_an_intent_is_told_once_whatever_it_is_about():
    complaints = tuple(
        IntentRecord(Intent.COMPLAINT, subject, topic, ((TODAY, 60),))
        for subject, topic in ((Subject.CARS, ""), (None, "top_train"))
    )
    digest = replace(STORY, intents=complaints)
    with_topics, without = (
        told(digest, sections).sections.intents for sections in (Section, [Section.INTENTS])
    )
    assert isinstance(with_topics, IntentsSection)
    assert isinstance(without, IntentsSection)
    assert len(with_topics.intents) == 2
    [claim] = without.intents
    assert (claim.subject, claim.topic, claim.evidence) == (None, None, 2)
    assert claim.strength == pytest.approx(1 - 0.4**2, abs=0.01)


def test_a_story_has_something_to_withhold_in_every_section():
    for section in Section:
        assert told().sections[section].status == "available"
