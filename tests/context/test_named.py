"""What topics are called: by terms, by a subject where no word may be kept, or not at all."""

import numpy as np

from context.named import MAX_TOPICS, named_topics
from context.subjects import SUBJECTS, Subject
from context.topics import Cluster, Texts
from context.vocabulary import Vocabulary

VOCABULARY = Vocabulary(dict.fromkeys(["saddle", "pedal"], 10), {}, 10_000)
BIKE = ["saddle pedal zyx", "saddle pedal zyxw", "saddle pedal zyxwv"]
UNKNOWN = ["qrst uvw", "qrst uvx", "qrst uvy"]


class Surely:
    """An engine that finds nothing alike in meaning, and says what each vector is about."""

    near, blend = 0.82, 0.0

    def __init__(self, subject, sure):
        self.told = np.array([sure * (each is subject) for each in SUBJECTS] + [1 - sure])

    def subjects(self, vectors):
        return np.tile(self.told, (len(vectors), 1))


def named(texts, engine, vocabulary=VOCABULARY):
    posts = Texts(texts, np.ones((len(texts), 1), dtype=np.float32))
    return named_topics(posts, engine, vocabulary)


def test_a_topic_has_its_terms_and_its_subject():
    assert named(BIKE, Surely(Subject.CYCLING, 0.6)) == [
        Cluster(("pedal", "saddle"), (0, 1, 2), Subject.CYCLING)
    ]
    assert named(BIKE, Surely(Subject.CYCLING, 0.3)) == [Cluster(("pedal", "saddle"), (0, 1, 2))]


def test_a_topic_without_a_word_that_may_be_kept_is_called_by_a_sure_subject_or_not_told():
    assert named(UNKNOWN, Surely(Subject.CYCLING, 0.6)) == [Cluster((), (0, 1, 2), Subject.CYCLING)]
    assert named(UNKNOWN, Surely(Subject.CYCLING, 0.3)) == []
    assert named(UNKNOWN, Surely(None, 0.0)) == []


def test_topics_that_only_a_subject_names_are_one():
    other = [text.replace("qrst", "lmno") for text in UNKNOWN]
    together = named([*UNKNOWN, *other], Surely(Subject.PETS, 0.9))
    assert together == [Cluster((), (0, 1, 2, 3, 4, 5), Subject.PETS)]


def test_topics_are_bounded_in_number_and_the_largest_stay():
    words = [f"{a}{b}x" for a in "abcdef" for b in "abcdef"]
    vocabulary = Vocabulary(dict.fromkeys(words, 1), {}, 100)
    posts = [f"{word} {extra}{word}" for word in words for extra in ("one", "two", "six", "ten")]
    posts.append(f"{words[-1]} seven{words[-1]}")
    found = named(posts, Surely(None, 0.0), vocabulary)
    assert len(found) == MAX_TOPICS
    assert found[0].terms == (words[-1],)
