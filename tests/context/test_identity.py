from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from context.digest import DayCounts, TopicRecord
from context.identity import SAME, Candidate, alike, identities, new_id, overlap_of_days
from context.subjects import Subject

DAY = date(2026, 11, 20)
START = DAY - timedelta(days=29)
ages = st.dictionaries(st.integers(0, 29), st.integers(1, 5), max_size=8)


def days(*ages):
    return tuple(DayCounts(DAY - timedelta(days=age), 1) for age in sorted(ages, reverse=True))


def record(name, *words, on=(), subject=None):
    return TopicRecord(name, words, days(*on), DAY, DAY, subject)


def found(*words, on=(), subject=None):
    return Candidate(words, days(*on), subject)


def test_each_past_topic_is_continued_at_most_once_by_the_closest():
    past = [record("top_1", "train", "platform"), record("top_2", "garden")]
    now = [found("train", "phone"), found("train", "platform"), found("basil")]
    assert identities(now, past, START) == [None, past[0], None]


def test_the_same_posts_under_another_name_are_the_same_topic():
    past = [record("top_1", "train", "ticket", on=(1, 4, 6, 9, 12))]
    now = found("platform", "commuter", on=(1, 4, 6, 9, 12))
    assert identities([now], past, START) == past


def test_other_words_on_some_of_the_days_are_another_topic():
    past = [record("top_1", "train", on=(1, 4, 6, 9, 12))]
    assert identities([found("garden", on=(1, 4, 6, 20, 21))], past, START) == [None]


def test_of_two_topics_with_the_same_words_the_days_tell():
    past = [record("top_1", "train", on=(3, 5)), record("top_2", "train", on=(10, 20))]
    now = [found("train", on=(10, 20)), found("train", on=(3, 5))]
    assert identities(now, past, START) == [past[1], past[0]]


def test_a_subject_in_common_says_a_little():
    past = record("top_1", "train", "bus", on=(1, 2), subject=Subject.PUBLIC_TRANSPORT)
    same = found("bus", on=(1, 2), subject=Subject.PUBLIC_TRANSPORT)
    assert alike(same, past, START) > alike(found("bus", on=(1, 2)), past, START)


def test_a_topic_without_words_is_known_again_by_its_subject():
    past = [record("top_1", on=(3, 5), subject=Subject.PETS)]
    assert identities([found(on=(3, 5), subject=Subject.PETS)], past, START) == past
    assert identities([found(on=(3, 5, 6, 7), subject=Subject.WORK)], past, START) == [None]
    assert new_id(("pets",), set()) != new_id(("work",), set())


def test_without_a_day_in_common_the_words_decide():
    past = record("top_1", "train", "platform", on=(29,))
    later = START + timedelta(days=5)
    assert overlap_of_days(days(1), days(29), later) is None
    assert alike(found("train", "platform", on=(1,)), past, later) >= SAME
    assert alike(found("garden", on=(1,)), past, later) < SAME


@given(ages, ages)
def test_overlap_of_days_is_within_bounds(one, other):
    left, right = (
        tuple(DayCounts(DAY - timedelta(days=age), n) for age, n in found.items())
        for found in (one, other)
    )
    share = overlap_of_days(left, right, START)
    assert share is None or 0 <= share <= 1
    assert overlap_of_days(left, left, START) == (1 if one else None)


def test_an_id_is_made_of_terms_and_never_given_twice():
    first = new_id(["train"], set())
    assert first == new_id(["train"], {"top_other"})
    second = new_id(["train"], {first})
    assert second != first
    assert new_id(["train"], {first, second}) not in {first, second}
