"""Both engines as they ship: what they promise to the analysis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.emotion import EMOTIONS, Emotion
from context.engines import load_engine
from context.engines.scoring import TASKS
from context.intents import INTENTS, Intent
from context.subjects import SUBJECTS, Subject


@pytest.fixture(scope="module", params=["full", "light"])
def engine(request):
    return load_engine(request.param)


def test_what_is_said_is_read(engine):
    found = engine.read(
        [
            "I absolutely love this, thank you so much!",
            "Third time my parcel has gone missing, this is a disgrace. Furious.",
            "The meeting is at nine on Tuesday.",
        ]
    )
    assert found.valence.argmax(axis=1).tolist() == [2, 0, 1]
    assert found.emotions[0, EMOTIONS.index(Emotion.JOY)] > 0.5
    assert found.emotions[1].argmax() == EMOTIONS.index(Emotion.ANGER)
    assert found.intents[1, INTENTS.index(Intent.COMPLAINT)] > 0.5
    assert found.intents[2].max() < 0.5


def test_meaning_is_near_where_posts_are_about_the_same(engine):
    router, internet, bread = engine.read(
        [
            "my router keeps dropping the wifi",
            "the broadband has been down since this morning",
            "baked a sourdough loaf with rye flour",
        ]
    ).vectors
    assert router @ internet > router @ bread


def test_a_subject_is_known_from_meaning(engine):
    vectors = engine.read(["baked a sourdough loaf with rye flour and butter"]).vectors
    found = engine.subjects(vectors)
    assert found.shape == (1, len(SUBJECTS) + 1)
    assert found.argmax() == SUBJECTS.index(Subject.COOKING)


def test_valence_is_toward_what_is_named(engine):
    text = "I adore Brindle tea, but Tekzone treats its customers horribly, never again"
    toward = engine.toward([text, text], ["Brindle", "Tekzone"])
    net = toward[:, 2] - toward[:, 0]
    assert net[0] > net[1]


@pytest.mark.parametrize("task", TASKS)
def test_each_task_is_scored_with_its_classes(engine, task):
    classes, found = engine.score(task, ["so happy with my new bike", "hm"])
    assert found.shape == (2, len(classes))
    assert len(set(classes)) == len(classes)


def test_no_posts_are_no_rows(engine):
    found = engine.read([])
    assert len(found.valence) == len(found.vectors) == len(found.intents) == 0
    assert len(engine.toward([], [])) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(max_size=80)
        | st.sampled_from(
            ["", " ", "\u200b\u200f", "\U0001f602" * 500, "x" * 20_000, "\ud800", "مرحبا بالعالم"]
        ),
        max_size=5,
    )
)
def test_any_text_is_read_as_numbers_in_their_range(engine, texts):
    found = engine.read(texts)
    for numbers in (found.valence, found.emotions, found.intents, found.irony, found.vectors):
        assert np.isfinite(numbers).all()
    assert found.valence.sum(axis=1) == pytest.approx(1)
    assert ((found.emotions >= 0) & (found.emotions <= 1)).all()
    lengths = np.linalg.norm(found.vectors, axis=1)
    assert ((lengths < 1e-6) | (abs(lengths - 1) < 1e-3)).all()


def test_the_same_posts_give_the_same_numbers(engine):
    texts = ["good morning", "where is my order", "lovely weather \U0001f31e"]
    once, again = engine.read(texts), engine.read(texts)
    assert (once.valence == again.valence).all()
    assert (once.vectors == again.vectors).all()


def test_a_post_is_read_alike_whatever_stands_beside_it(engine):
    post = "the broadband is down again, what a day"
    shout = "THIS IS THE WORST THING that has ever happened to anybody, ever!!! " * 4
    alone, beside = engine.read([post]), engine.read([shout, post, "", shout.lower()])
    for name in ("valence", "emotions", "irony", "sensitive", "intents", "vectors"):
        assert np.allclose(getattr(alone, name)[0], getattr(beside, name)[1], atol=1e-5), name
