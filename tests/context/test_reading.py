from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.emotion import EMOTIONS, Emotion
from context.intents import INTENTS, Intent
from context.post import Post, PostKind
from context.reading import (
    SENSITIVE,
    SENSITIVE_IF_SHORT,
    admit,
    discount,
    hundredths,
    is_harmless,
    read,
)

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def post(text, kind=PostKind.ORIGINAL):
    return Post("her", NOW, text, kind)


def of(row, names, name):
    return row[names.index(name)]


def test_a_post_is_read_for_valence_emotions_and_intents(engine):
    (found,) = read([post("I hate this outage, please help me with it")], engine)
    assert found.valence[0] > found.valence[2]
    assert of(found.emotions, EMOTIONS, Emotion.ANGER) == 80
    assert of(found.emotions, EMOTIONS, Emotion.JOY) == 2
    assert of(found.intents, INTENTS, Intent.NEEDS_HELP) == 80


def test_irony_halves_the_weight_of_valence(engine):
    plain, ironic = read(
        [post("great, happy about the broadband"), post("great, happy about the broadband /s")],
        engine,
    )
    assert ironic.valence[2] == pytest.approx(plain.valence[2] * 0.55, abs=1.5)
    assert sum(ironic.valence) == 100


def test_a_boost_tells_no_feeling_but_has_a_meaning(engine):
    (found,) = read([post("I love the new garden", PostKind.BOOST)], engine)
    assert (found.valence, any(found.emotions), any(found.intents)) == ((0, 0, 0), False, False)
    assert found.vector is not None


def test_check_57_what_the_engine_takes_for_sensitive_counts_for_nothing(engine):
    kept = "an awful outage of broadband today"
    told = [
        post(kept),
        post("something discreet about the awful broadband outage"),
        post("discreet"),
    ]
    assert [found.post.text for found in read(told, engine)] == [kept]


@pytest.mark.parametrize(
    ("text", "probability", "harmless"),
    [
        ("a whole sentence of seven plain words", SENSITIVE - 0.01, True),
        ("a whole sentence of seven plain words", SENSITIVE, False),
        # of a few words the engine must be surer
        ("three plain words", SENSITIVE, True),
        ("three plain words", SENSITIVE_IF_SHORT, False),
    ],
)
def test_check_57_it_drops_from_a_probability_on(engine, text, probability, harmless):
    found = replace(engine.read([text]), sensitive=np.array([probability]))
    assert is_harmless([text], found).tolist() == [harmless]


def test_what_the_engine_cannot_read_is_not_shown_to_it(engine):
    (found,) = read([post("Das ist ein ganz anderer Satz in einer anderen Sprache")], engine)
    assert (found.language, found.valence, found.vector) == ("de", (0, 0, 0), None)


def test_nothing_read_is_nothing_told(engine):
    assert read([], engine) == []


def test_nothing_sensitive_is_admitted_and_nothing_personal():
    found = admit([post("my chemotherapy is over"), post("mail me at ada@example.org soon")])
    assert [p.text for p in found] == ["mail me at   soon"]


rows = st.lists(
    st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda r: [v / sum(r) for v in r]),
    min_size=1,
    max_size=9,
).map(np.array)


@given(rows, st.floats(0, 1))
def test_discounted_rows_are_probabilities_of_the_same_sign(valence, irony):
    found = discount(valence, np.full(len(valence), irony))
    assert np.allclose(found.sum(axis=1), 1)
    assert (found >= 0).all()
    before, after = valence[:, 2] - valence[:, 0], found[:, 2] - found[:, 0]
    assert np.allclose(after, before * (1 - irony / 2))


@given(rows)
def test_hundredths_of_a_post_sum_to_a_hundred(valence):
    assert all(sum(row) == 100 and min(row) >= 0 for row in hundredths(valence))
