import pytest

from context.digest import NetworkTopic
from context.subjects import SUBJECTS, Subject
from context.views.conversations import PARTNERS
from context.views.naming import akin, bucket, everyday_words, label
from tests.context.stories import GARDEN, TRAIN


@pytest.mark.parametrize(
    ("terms", "subject", "words"),
    [
        (("broadband", "router", "fibre"), Subject.TELECOMS, "broadband, router"),
        (("router",), Subject.TELECOMS, "router"),
        # neither says by itself that it is about energy
        (("ladder", "basement"), Subject.ENERGY, "ladder, basement (energy)"),
        (("ladder", "basement"), None, "ladder, basement"),
        (("ladder", "film"), Subject.FILM_AND_TV, "ladder, film"),
        ((), Subject.FILM_AND_TV, "film and TV"),
        ((), None, ""),
    ],
)
def test_a_label_is_its_terms_and_what_they_are_about_where_they_do_not_say_it(
    terms, subject, words
):
    assert label(terms, subject) == words


def test_every_subject_has_everyday_words():
    for subject in SUBJECTS:
        assert len(everyday_words(subject)) > 20
    assert "broadband" in everyday_words(Subject.TELECOMS)
    assert "broadband" not in everyday_words(Subject.PETS)


@pytest.mark.parametrize(
    ("lowest", "words"), [(0, "0"), (1, "1"), (2, "2-4"), (25, "25-49"), (50, "50+")]
)
def test_a_bucket_is_told_by_its_ends(lowest, words):
    assert bucket(lowest, PARTNERS) == words


def test_topics_are_akin_by_subject_or_by_words():
    assert akin(GARDEN, NetworkTopic(("lawn",), Subject.GARDENING, 5))
    assert akin(GARDEN, NetworkTopic(("garden", "tomato"), None, 5))
    assert not akin(TRAIN, NetworkTopic(("lawn",), None, 5))
    assert not akin(TRAIN, NetworkTopic(("lawn",), Subject.GARDENING, 5))
