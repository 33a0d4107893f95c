import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.topics import (
    SAME_TOPIC,
    Cluster,
    Texts,
    centroids,
    find_topics,
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
NEAR = 0.82


def topics_of(texts, vectors=None, voices=None, *, blend=0.0, vocabulary=VOCABULARY, **limits):
    given_vectors = np.zeros((len(texts), 1)) if vectors is None else np.array(vectors)
    posts = Texts(texts, given_vectors.astype(np.float32), voices)
    return find_topics(posts, NEAR, blend, vocabulary, **limits)


def test_two_subjects_are_two_topics_named_by_shared_vocabulary_words():
    found = topics_of([*GARDEN, *TRAIN])
    assert {c.members: set(c.terms) for c in found} == {
        (0, 1, 2): {"tomato", "basil", "garden"},
        (3, 4, 5): {"train", "platform"},
    }


def test_a_word_of_one_post_names_no_topic():
    found = topics_of([*TRAIN, "train platform phone"])
    assert "phone" not in found[0].terms


def test_unknown_words_bring_posts_together_but_name_nothing():
    posts = ["zyxw quux", "zyxw corge", "zyxw grault"]
    assert topics_of(posts) == [Cluster((), (0, 1, 2))]
    named = topics_of([f"{post} phone" for post in posts])
    assert named == [Cluster(("phone",), (0, 1, 2))]


def test_words_written_as_names_name_nothing():
    posts = ["we met Garden by a phone", "saw Garden at the phone", "dear Garden has a phone"]
    assert topics_of(posts) == [Cluster(("phone",), (0, 1, 2))]


def test_shouted_words_are_no_names():
    assert topics_of([text.upper() for text in TRAIN])[0].terms[0] in (
        "train",
        "platform",
    )


def test_few_or_equal_posts_make_no_topic():
    assert topics_of([]) == []
    assert topics_of(TRAIN[:2]) == []
    assert topics_of([TRAIN[0]] * 9) == []


@given(terms, terms)
def test_overlap_is_symmetric_and_within_bounds(one, other):
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1
    assert overlap(one, one) == (1 if one else 0)


def test_earlier_terms_weigh_more():
    assert overlap("abc", "axy") > SAME_TOPIC > overlap("abc", "xyc")


def test_meaning_brings_posts_together_that_share_no_word():
    texts = ["garden now", "tomato rain", "basil sun", "garden tomato basil", *TRAIN]
    one, other = [1.0, 0.0], [0.0, 1.0]
    meant = topics_of(texts, [one] * 4 + [other] * 3, blend=0.5)
    assert {c.members for c in meant} == {(0, 1, 2, 3), (4, 5, 6)}
    assert (0, 1, 2, 3) not in {c.members for c in topics_of(texts)}


def test_where_many_are_read_each_person_is_one_voice():
    few = topics_of(TRAIN * 2, voices=list("aabbaa"), min_voices=3)
    assert few == []
    posts = [*TRAIN, *(f"{text} phone" for text in TRAIN)]
    many = topics_of(posts, voices=list("abcabd"), min_voices=3, min_voices_per_term=4)
    assert [(set(c.terms), len(c.members)) for c in many] == [({"train", "platform"}, 6)]


def test_a_cluster_points_where_its_posts_do():
    vectors = np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32)
    clusters = [Cluster(("phone",), (0, 1)), Cluster(("train",), (2,))]
    assert centroids(vectors, clusters) == pytest.approx(
        np.array([[0.5**0.5, 0.5**0.5], [0, 0]]), abs=1e-6
    )
    assert centroids(vectors, []).shape == (0, 2)
