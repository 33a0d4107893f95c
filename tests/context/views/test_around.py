"""Conversations, network, relationship and reach."""

from dataclasses import replace

import pytest

from context.digest import AccountFacts, ConversationCounts, DayCounts, Digest, NetworkDay
from context.document import (
    Absence,
    AbsenceReason,
    AuthenticityLevel,
    Doubt,
    MoodStep,
    TrendDirection,
)
from context.relationship import Relationship
from context.render import render
from context.section import Section
from context.subjects import Subject
from tests.context.stories import CALM, NOW, STORY, TODAY, ago, bare, days, source

SILENT = Absence(reason=AbsenceReason.INSUFFICIENT_DATA)


def told(digest=STORY, lens=None):
    return render([source(digest)], list(Section), NOW, relationship=lens).sections


def test_kinds_of_posts_are_shares_and_partners_a_bucket():
    found = told().conversations
    assert (found.tells, found.asks, found.answers, found.shares) == (0.588, 0.088, 0.235, 0.088)
    assert found.tells + found.asks + found.answers + found.shares == pytest.approx(1, abs=0.01)
    assert (found.partners, found.evidence) == ("5-9", 68)
    assert [(topic.id, topic.answers) for topic in found.topics] == [
        ("top_train", 0.5),
        ("top_garden", 0.08),
    ]


def test_of_few_posts_no_conversation_is_told():
    assert told(replace(STORY, conversations=ConversationCounts(answers=9))).conversations == SILENT


def test_what_is_talked_about_around_her_and_what_is_hers_alone():
    found = told().network
    assert found.mood is MoodStep.HIGH
    assert [(t.label, t.people, t.shared) for t in found.topics] == [
        ("garden, seedling", "10-24", True),
        ("match, goal", "5-9", False),
    ]
    assert found.own_topics == ["train, platform"]


def test_without_topics_on_either_side_nothing_is_compared():
    alone = told(replace(STORY, network_topics=())).network
    assert (alone.topics, alone.own_topics) == ([], [])
    quiet = told(replace(STORY, topics=())).network
    assert [topic.shared for topic in quiet.topics] == [None, None]


@pytest.mark.parametrize(
    ("changes", "level", "reasons"),
    [
        ({}, AuthenticityLevel.LIKELY, []),
        ({"automated": True}, AuthenticityLevel.DOUBTFUL, [Doubt.AUTOMATED]),
        ({"repeated": 40}, AuthenticityLevel.UNCLEAR, [Doubt.REPEATS_ITSELF]),
        ({"busiest_day": 60}, AuthenticityLevel.UNCLEAR, [Doubt.POSTS_TOO_OFTEN]),
        (
            {"repeated": 40, "busiest_day": 60},
            AuthenticityLevel.DOUBTFUL,
            [Doubt.REPEATS_ITSELF, Doubt.POSTS_TOO_OFTEN],
        ),
        (
            {"repeated": 40, "age_days": 0},
            AuthenticityLevel.DOUBTFUL,
            [Doubt.NEW_ACCOUNT, Doubt.REPEATS_ITSELF],
        ),
        # a handful alike is what people do
        ({"repeated": 19, "age_days": 0}, AuthenticityLevel.UNCLEAR, [Doubt.NEW_ACCOUNT]),
        ({"age_days": 0}, AuthenticityLevel.UNCLEAR, [Doubt.NEW_ACCOUNT]),
        ({"age_days": None}, AuthenticityLevel.UNCLEAR, [Doubt.UNKNOWN_AGE]),
    ],
)
def test_whether_a_person_writes_there(changes, level, reasons):
    facts = replace(STORY.account, **changes)
    found = told(replace(STORY, account=facts)).reach.authenticity
    assert (found.level, found.reasons) == (level, reasons)


def test_some_posts_alike_of_few_are_no_sign():
    facts = replace(STORY.account, repeated=12)
    digest = replace(STORY, days=days(range(10), 2, 50, 100, 50), account=facts)
    assert told(digest).reach.authenticity.reasons == []


def test_reach_is_told_in_coarse_steps_and_only_if_known():
    found = told().reach
    assert (found.followers, found.following, found.account_age) == ("100-999", "100-999", "1095+")
    unknown = told(replace(STORY, account=AccountFacts())).reach
    assert (unknown.followers, unknown.following, unknown.account_age) == (None, None, None)
    few = told(replace(STORY, days=STORY.days[-1:])).reach
    assert few.authenticity.reasons == [Doubt.FEW_POSTS]
    assert told(replace(STORY, account=None)).reach == SILENT


SOUR = Relationship(
    "plain/1",
    brands=days(range(9, -1, -1), 1, 80, 20, 0),
    rivals=days(range(9, 3, -1), 1, 0, 20, 80),
    switching=((ago(2), 90), (ago(1), 60)),
    advocacy=((ago(28), 90),),
    subjects=((Subject.TELECOMS, 8), (Subject.SHOPPING, 1)),
    network=NetworkDay(TODAY, -40, 10),
)


def test_a_relationship_is_told_with_its_interval_and_its_signs():
    found = told(lens=SOUR).relationship
    assert found.valence == pytest.approx(-0.7, abs=0.1)
    assert found.interval[0] < found.valence < found.interval[1] < 0
    assert (found.evidence, found.confidence) == (10, 0.67)
    assert (found.first_seen, found.last_seen) == (ago(9), TODAY)
    assert found.switching > 0.85
    assert found.advocacy < 0.1
    assert found.subjects == [Subject.TELECOMS, Subject.SHOPPING]
    assert found.network == -0.5
    assert found.rivals.evidence == 6
    assert found.rivals.valence > 0.5
    assert found.trend.direction is TrendDirection.UNKNOWN


def test_a_few_mentions_tell_no_valence_but_that_there_are_some():
    few = Relationship("plain/1", brands=days([5, 2], 1, 80, 20, 0), rivals=days([1], 1, 0, 9, 91))
    found = told(lens=few).relationship
    assert (found.valence, found.interval, found.evidence) == (None, None, 2)
    assert (found.rivals.evidence, found.rivals.valence, found.network) == (1, None, None)


def test_where_nothing_is_said_of_a_company_nothing_is_told():
    assert told(lens=Relationship("plain/1")).relationship == SILENT
    old = replace(SOUR, brands=(), rivals=(), network=NetworkDay(ago(4), -40, 10))
    assert told(lens=old).relationship == SILENT
    around = told(lens=replace(SOUR, brands=(), rivals=())).relationship
    assert (around.evidence, around.first_seen, around.rivals) == (0, None, None)


def test_why_there_is_no_relationship():
    assert told().relationship == Absence(reason=AbsenceReason.NO_LENS)
    pending = told(lens=AbsenceReason.PENDING).relationship
    assert pending == Absence(reason=AbsenceReason.PENDING)


def test_hours_are_unknown_of_few_posts():
    digest = Digest("plain/1", days=bare(CALM), hours=(0,) * 23 + (9,))
    assert told(digest).rhythm == SILENT
    sometimes = replace(digest, days=(DayCounts(TODAY, 1),), hours=(1,) * 24)
    assert told(sometimes).rhythm.posts_per_week == "under 1"
