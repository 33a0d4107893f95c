from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from context.digest import TopicRecord
from context.topics import (
    MAX_TOPICS,
    SAME_TOPIC,
    Cluster,
    find_topics,
    identities,
    new_id,
    overlap,
)
from context.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    frequencies=dict.fromkeys(
        ["garden", "tomato", "basil", "train", "platform", "phone", "really"], 10
    ),
    folded={"tomatoes": "tomato", "trains": "train"},
    texts=10_000,
    quiet=frozenset({"really", "the", "and"}),
)
GARDEN = ["tomatoes and basil", "garden tomatoes really", "basil in the garden, tomatoes"]
TRAIN = ["the train at platform two", "platform without trains", "train, platform, rain"]
terms = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5)
DAY = date(2026, 11, 20)


def record(name, *words):
    return TopicRecord(name, words, (), DAY, DAY)


def test_two_subjects_are_two_topics_named_by_shared_vocabulary_words():
    found = find_topics([*GARDEN, *TRAIN], VOCABULARY)
    assert {c.members: set(c.terms) for c in found} == {
        (0, 1, 2): {"tomato", "basil", "garden"},
        (3, 4, 5): {"train", "platform"},
    }


def test_a_word_of_one_post_names_no_topic():
    found = find_topics([*TRAIN, "train platform phone"], VOCABULARY)
    assert "phone" not in found[0].terms


def test_unknown_words_bring_posts_together_but_name_nothing():
    posts = ["zyxw quux", "zyxw corge", "zyxw grault"]
    assert find_topics(posts, VOCABULARY) == []
    named = find_topics([f"{post} phone" for post in posts], VOCABULARY)
    assert named == [Cluster(("phone",), (0, 1, 2))]


def test_words_written_as_names_name_nothing():
    posts = ["we met Garden by a phone", "saw Garden at the phone", "dear Garden has a phone"]
    assert find_topics(posts, VOCABULARY) == [Cluster(("phone",), (0, 1, 2))]


def test_shouted_words_are_no_names():
    assert find_topics([text.upper() for text in TRAIN], VOCABULARY)[0].terms[0] in (
        "train",
        "platform",
    )


def test_few_or_equal_posts_make_no_topic():
    assert find_topics([], VOCABULARY) == []
    assert find_topics(TRAIN[:2], VOCABULARY) == []
    assert find_topics([TRAIN[0]] * 9, VOCABULARY) == []


def test_topics_are_bounded_in_number():
    words = [f"{a}{b}x" for a in "abcdef" for b in "abcdef"]
    vocabulary = Vocabulary(dict.fromkeys(words, 1), {}, 100)
    posts = [f"{word} {extra}{word}" for word in words for extra in ("one", "two", "six", "ten")]
    assert len(find_topics(posts, vocabulary)) == MAX_TOPICS


@given(terms, terms)
def test_overlap_is_symmetric_and_within_bounds(one, other):
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1
    assert overlap(one, one) == (1 if one else 0)


def test_earlier_terms_weigh_more():
    assert overlap("abc", "axy") > SAME_TOPIC > overlap("abc", "xyc")


def test_each_past_topic_is_continued_at_most_once_by_the_closest():
    past = [record("top_1", "train", "platform"), record("top_2", "garden")]
    clusters = [
        Cluster(("train", "phone"), (0, 1, 2)),
        Cluster(("train", "platform"), (3, 4, 5)),
        Cluster(("basil",), (6, 7, 8)),
    ]
    assert identities(clusters, past) == [None, past[0], None]


def test_an_id_is_made_of_terms_and_never_given_twice():
    first = new_id(["train"], set())
    assert first == new_id(["train"], {"top_other"})
    second = new_id(["train"], {first})
    assert second != first
    assert new_id(["train"], {first, second}) not in {first, second}
