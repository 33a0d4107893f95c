"""Simulated people, and how what was found of them is counted."""

import numpy as np
import pytest

from benchmarks.engine.people import NOISE, UNSEEN, Person, simulate_people
from benchmarks.engine.topics import compare, tells, topic_figures
from context.topics import Cluster

PERSON = Person(
    texts=("garden rose", "garden weeds", "train late", "train full", "hello"),
    about=("garden", "garden", "train", "train", ""),
    elsewhere={"garden": ["my garden", "garden again"], "train": ["a train", "garden train"]},
)
RIGHT = [Cluster(("garden", "rose"), (0, 1)), Cluster(("train",), (2, 3))]


def test_what_is_right_counts_as_right():
    found = compare(PERSON, RIGHT)
    assert (found.nmi, found.found) == (1.0, [True, True])
    assert found.labels == found.closed == [True, True]


def test_a_topic_of_everything_is_no_find():
    found = compare(PERSON, [Cluster(("garden",), (0, 1, 2, 3, 4))])
    assert found.nmi == 0
    assert found.found == [True, True]  # two of five are just found: F1 of 4/7
    assert found.labels == [True, False]


def test_nothing_found_is_nothing():
    found = compare(PERSON, [])
    assert (found.nmi, found.found, found.labels) == (0.0, [False, False], [])


@pytest.mark.parametrize(
    ("label", "entity", "expected"),
    [
        (("garden",), "garden", True),
        (("trains",), "train", True),
        (("garden",), "train", False),
        (("hello",), "garden", False),
    ],
)
def test_a_label_tells_what_others_write_about(label, entity, expected):
    assert tells(label, entity, PERSON.elsewhere) is expected


def test_figures_are_means_over_people():
    figures = topic_figures([PERSON, PERSON], [np.zeros((5, 1))] * 2, lambda *_: RIGHT)
    assert (figures["nmi"], figures["found"], figures["label_hit"]) == (1, 1, 1)
    assert figures["ms"] >= 0


def test_people_are_the_same_again_and_keep_posts_back(data):
    people = simulate_people(data, UNSEEN, 5)
    assert [p.texts for p in people] == [p.texts for p in simulate_people(data, UNSEEN, 5)]
    for person in people:
        assert person.about.count("") / len(person.about) == pytest.approx(NOISE, abs=0.02)
        kept_back = {text for texts in person.elsewhere.values() for text in texts}
        assert not kept_back & set(person.texts)


def test_too_few_entities_are_refused(data, tmp_path):
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "x.tsv").write_text("neutral\ttrain\ta train\n", "utf-8")
    with pytest.raises(ValueError, match="fewer than 3"):
        simulate_people(tmp_path, ["targets/x.tsv"], 1)
