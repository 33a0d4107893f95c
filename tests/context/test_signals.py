from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from context.analyse import analyse
from context.digest import MAX_BYTES, DayCounts, Digest, IntentRecord, TopicRecord
from context.fitting import FEW_TOPICS, fit
from context.intents import Intent
from context.post import Post, Window
from context.signals import MAX_INTENTS, join_intents
from context.subjects import Subject
from tests.support.engines import PlainEngine

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
TODAY = NOW.date()
DAYS = [TODAY - timedelta(days=age) for age in range(4)]
records = st.lists(
    st.builds(
        IntentRecord,
        st.sampled_from(Intent),
        st.none() | st.sampled_from([Subject.MUSIC, Subject.CARS]),
        st.sampled_from(["", "top_1"]),
        st.dictionaries(st.sampled_from(DAYS), st.integers(30, 300), min_size=1).map(
            lambda days: tuple(sorted(days.items()))
        ),
    ),
    max_size=12,
)


def story(*texts):
    return Window([Post("her", NOW - timedelta(days=i), text) for i, text in enumerate(texts)])


BROADBAND = (
    "The broadband outage is awful, no internet again",
    "Broadband outage still broken, the engineer missed another appointment",
    "Third day of the broadband outage and the hotline is bad",
)


def test_an_intent_about_a_topic_names_the_topic_and_its_subject(engine):
    digest = analyse(story(*BROADBAND), None, engine, NOW)
    (topic,) = digest.topics
    assert topic.subject is Subject.TELECOMS
    (intent,) = digest.intents
    assert (intent.intent, intent.subject, intent.topic) == (
        Intent.COMPLAINT,
        Subject.TELECOMS,
        topic.id,
    )
    assert intent.days == ((DAYS[2], 80), (DAYS[1], 80), (DAYS[0], 80))


def test_an_intent_of_a_single_post_names_no_more_than_a_subject(engine):
    digest = analyse(story("I want to buy a bike, saddle and pedals"), None, engine, NOW)
    (intent,) = digest.intents
    assert intent == IntentRecord(Intent.WANTS_TO_BUY, Subject.CYCLING, "", ((TODAY, 80),))
    assert b"saddle" not in digest.to_bytes()


def test_a_post_may_show_several_intents_or_none(engine):
    digest = analyse(
        story("I am switching, please help me cancel", "plain words"), None, engine, NOW
    )
    assert {i.intent for i in digest.intents} == {Intent.NEEDS_HELP, Intent.ABOUT_TO_LEAVE}
    assert all(day == TODAY for i in digest.intents for day, _ in i.days)


def test_many_posts_that_hardly_show_an_intent_show_none():
    class Murmuring(PlainEngine):
        def read(self, texts):
            found = super().read(texts)
            return replace(found, intents=np.full_like(found.intents, 0.49))

    assert analyse(story(*BROADBAND), None, Murmuring(), NOW).intents == ()


def test_topics_tell_emotions_and_how_much_is_conversation(engine):
    (topic,) = analyse(story(*BROADBAND), None, engine, NOW).topics
    assert topic.emotions[0] == 84
    assert topic.replies == 0
    assert all(not any(day.emotions) for day in topic.days)


@given(records, st.randoms(use_true_random=False))
def test_joined_intents_lose_no_evidence_and_come_in_one_order(found, random):
    joined = join_intents(found)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert join_intents(shuffled) == joined
    assert join_intents(joined) == joined
    assert weight(joined) == weight(found)
    assert len({(r.intent, r.subject, r.topic) for r in joined}) == len(joined)


def weight(found):
    return sum(hundredths for record in found for _, hundredths in record.days)


def big(topics, intents):
    days = tuple(DayCounts(TODAY - timedelta(days=age), 1, 33, 34, 33) for age in range(40))
    shown = tuple((day.day, 80) for day in reversed(days))
    return Digest(
        "plain/1",
        days=days,
        topics=tuple(
            TopicRecord(f"top_{i:08x}", ("garden",), days, TODAY, TODAY) for i in range(topics)
        ),
        intents=join_intents(
            IntentRecord(intent, Subject.HOME, f"top_{i:08x}", shown)
            for i, intent in zip(range(intents), [*Intent] * 9, strict=False)
        ),
    )


def test_the_smallest_topics_go_first_and_their_intents_stay_with_the_subject():
    digest = big(topics=12, intents=8)
    fitted = fit(digest)
    assert len(fitted.to_bytes()) <= MAX_BYTES
    assert FEW_TOPICS <= len(fitted.topics) < 12
    assert fitted.topics == digest.topics[: len(fitted.topics)]
    kept = {topic.id for topic in fitted.topics}
    assert all(record.topic in kept | {""} for record in fitted.intents)
    assert weight(fitted.intents) == weight(digest.intents)


def test_of_many_intents_the_weakest_go_before_the_last_topics():
    fitted = fit(big(topics=4, intents=40))
    assert len(fitted.to_bytes()) <= MAX_BYTES
    assert len(fitted.topics) == FEW_TOPICS
    assert fitted.intents


def test_what_fits_stays_as_it_is():
    digest = big(topics=2, intents=2)
    assert fit(digest) is digest


def test_intents_are_bounded_in_number(engine):
    wishes = ("help", "awful", "buy", "recommend", "compare", "cancel", "thanks", "wish")
    things = ("broadband router", "garden basil", "train platform", "bike saddle", "plain words")
    texts = [f"{wish} with the {thing}" for wish in wishes for thing in things]
    assert len(analyse(story(*texts[:30]), None, engine, NOW).intents) <= MAX_INTENTS
