from datetime import UTC, datetime, timedelta

import pytest

from context.analyse import analyse
from context.around import MAX_PEOPLE, PER_PERSON, tellable
from context.digest import NetworkTopic
from context.post import Post, PostKind, Window
from context.subjects import Subject

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
GARDEN = "basil and tomatoes planted in the garden"


def said(people, text=GARDEN, **parts):
    return [Post(f"friend {i}", NOW, text, **parts) for i in people]


def topics_of(posts, engine, past=None, now=NOW):
    return analyse(Window([], posts), past, engine, now).network_topics


def test_what_five_people_post_about_is_a_topic_of_the_network(engine):
    (found,) = topics_of(said(range(5)), engine)
    assert found.subject is Subject.GARDENING
    assert found.people == 5
    assert set(found.terms) <= {"basil", "tomato", "garden", "plant"}


def test_what_four_people_post_about_is_none_however_often(engine):
    often = [post for i in range(8) for post in said(range(4), f"{GARDEN} {'again ' * i}")]
    others = said(range(4, 12), "this morning was rather quiet everywhere")
    (found,) = topics_of([*often, *others], engine)
    assert found.terms == ("quiet",)


def test_a_word_of_four_people_names_no_topic_of_five(engine):
    mixed = [*said(range(4), f"{GARDEN} with saffron"), *said([4], GARDEN)]
    (found,) = topics_of(mixed, engine)
    assert "saffron" not in found.terms


def test_topics_are_frozen_with_the_mood_of_their_day(engine):
    first = analyse(Window([], said(range(6))), None, engine, NOW)
    trains = said(range(6), "the train is late at the platform")
    assert topics_of(trains, engine, first) == first.network_topics
    tomorrow = NOW + timedelta(days=1)
    later = [Post(p.author, tomorrow, p.text) for p in trains]
    (found,) = topics_of(later, engine, first, tomorrow)
    assert isinstance(found, NetworkTopic)
    assert found.subject is Subject.PUBLIC_TRANSPORT


def test_below_five_people_nothing_is_told_and_yesterday_is_forgotten(engine):
    first = analyse(Window([], said(range(6))), None, engine, NOW)
    tomorrow = NOW + timedelta(days=1)
    assert topics_of([], engine, first, tomorrow) == ()


@pytest.mark.parametrize(
    "post",
    [
        Post("a", NOW, GARDEN, PostKind.BOOST),
        Post("a", NOW, "my doctor changed the prescription"),
        Post("a", NOW, "Das ist ein ganz anderer Satz in einer anderen Sprache"),
    ],
    ids=["boost", "sensitive", "another language"],
)
def test_what_does_not_count(post):
    assert tellable([post]) == []


def test_of_each_person_the_newest_few_posts_are_read():
    many = [Post("a", NOW + timedelta(minutes=i), f"{GARDEN} number {i}") for i in range(30)]
    assert tellable(many) == many[-PER_PERSON:]


def test_of_too_many_people_the_same_are_read_whoever_joins():
    everybody = said(range(MAX_PEOPLE + 50))
    before = {post.author for post in tellable(everybody)}
    after = {post.author for post in tellable([*everybody, *said(["newcomer"])])}
    assert len(before) == len(after) == MAX_PEOPLE
    assert len(before - after) <= 1
