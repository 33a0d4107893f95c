"""Intents: live ones, surely shown, and gone when their time is over."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.digest import DayCounts, Digest, IntentRecord
from context.document import Absence, AbsenceReason, IntentsSection, IntentTopic
from context.intents import INTENTS, Intent
from context.joined import Joined, Source, join
from context.subjects import Subject
from context.views.intents import LIFE, MAX_CLAIMS, intents_section
from tests.context.stories import NOW, TODAY, TRAIN, ago


def claims(*records, at=TODAY, topics=()):
    days = tuple(DayCounts(ago(age), 1, 0, 100, 0) for age in range(29, -1, -1))
    digest = Digest("plain/1", days=days, topics=topics, intents=records)
    joined = join([Source("mastodon", digest, NOW)], NOW)
    assert isinstance(joined, Joined)
    section = intents_section(joined, at)
    assert isinstance(section, IntentsSection)
    return section.intents


def record(*shown, intent=Intent.NEEDS_HELP, subject=Subject.TELECOMS, topic=""):
    return IntentRecord(intent, subject, topic, tuple((ago(age), p) for age, p in shown))


def test_a_clear_post_is_a_claim_and_a_weak_one_is_none():
    [claim] = claims(record((1, 90)))
    assert (claim.evidence, claim.confidence) == (1, 0.9)
    assert (claim.first_seen, claim.last_seen) == (ago(1), ago(1))
    assert claims(record((1, 49))) == []
    # weak signs on several days stay weak signs
    assert claims(record((5, 40), (3, 45), (1, 40))) == []


def test_what_is_said_again_is_surer_and_stronger():
    [once], [twice] = claims(record((1, 70))), claims(record((2, 70), (1, 70)))
    assert twice.confidence > once.confidence
    assert twice.strength > once.strength
    [often] = claims(record((1, 340)))
    assert (often.evidence, often.confidence) == (3, 1.0)


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_fades_and_then_it_is_over(intent):
    shown, life = record((0, 90), intent=intent), LIFE[intent]
    [fresh] = claims(shown)
    assert fresh.expires == TODAY + timedelta(days=life)
    if life <= 29:
        [late] = claims(shown, at=fresh.expires - timedelta(days=1))
        assert late.strength < fresh.strength / 2 < late.confidence
        assert claims(shown, at=fresh.expires) == []


def test_of_many_only_the_strongest_are_told():
    shown = [record((age, 90), intent=intent) for age, intent in enumerate(INTENTS)]
    told = [claim.intent for claim in claims(*shown)]
    assert len(told) == MAX_CLAIMS < len(INTENTS)
    assert Intent.NEEDS_HELP in told
    strengths = [claim.strength for claim in claims(*shown)]
    assert strengths == sorted(strengths, reverse=True)
    [weakest] = claims(shown[-1])
    assert weakest.strength <= strengths[-1] or weakest.intent in told


def test_much_praise_leaves_room_for_a_wish():
    praise = [record((0, 95), intent=Intent.PRAISE, subject=each) for each in list(Subject)[:8]]
    told = claims(*praise, record((5, 60), intent=Intent.WANTS_TO_BUY))
    assert [claim.intent for claim in told] == [*[Intent.PRAISE] * 2, Intent.WANTS_TO_BUY]


def test_what_is_about_nothing_known_comes_last():
    something = record((0, 95), (1, 95), subject=None)
    help_ = record((4, 60), subject=Subject.PETS)
    assert [claim.subject for claim in claims(something, help_)] == [Subject.PETS, None]


def test_its_topic_is_named_if_it_is_among_hers():
    [known] = claims(record((0, 90), topic="top_train"), topics=(TRAIN,))
    assert known.topic == IntentTopic(id="top_train", label="train, platform")
    [unknown] = claims(record((0, 90), topic="top_gone"), topics=(TRAIN,))
    assert (unknown.topic, unknown.subject) == (None, Subject.TELECOMS)


def test_the_strongest_comes_first():
    found = claims(
        record((3, 90), intent=Intent.PRAISE),
        record((0, 95), intent=Intent.ABOUT_TO_LEAVE),
        record((0, 60), intent=Intent.COMPLAINT),
    )
    assert [c.intent for c in found] == [Intent.ABOUT_TO_LEAVE, Intent.PRAISE, Intent.COMPLAINT]


def test_without_posts_of_the_window_nothing_is_told():
    digest = Digest("plain/1", intents=(record((0, 90)),))
    joined = join([Source("mastodon", digest, NOW)], NOW)
    assert isinstance(joined, Joined)
    assert intents_section(joined, TODAY) == Absence(reason=AbsenceReason.INSUFFICIENT_DATA)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 900)), max_size=6), st.booleans())
def test_numbers_stay_in_range(shown, twice):
    found = record(*shown)
    for claim in claims(found, *([found] if twice else [])):
        assert 0 <= claim.strength <= claim.confidence <= 1
        assert claim.first_seen <= claim.last_seen < claim.expires
        assert claim.evidence >= 1
