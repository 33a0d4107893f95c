"""The engine as it ships: it loads, is what its checksum says, and reads plain posts right."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.artefacts import CHECKSUMS, DATA, write_arrays
from context.engines import ModelError, load_engine
from context.engines.models import SENTIMENT

NEGATIVE, NEUTRAL, POSITIVE = range(3)


@pytest.fixture(scope="module")
def light():
    return load_engine("light")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I love this so much, best day ever!", POSITIVE),
        ("Worst service ever, I hate this company", NEGATIVE),
        ("The train leaves at nine from platform two", NEUTRAL),
        ("not happy at all with this", NEGATIVE),
        ("😭😭 this is awful", NEGATIVE),
        ("thank you so much, you made my day :)", POSITIVE),
    ],
)
def test_plain_posts_are_read_right(light, text, expected):
    assert light.valence([text])[0].argmax() == expected


def test_more_feeling_in_the_words_is_more_in_the_numbers(light):
    plain, strong = light.valence(["good match", "sooo good, amazing match!!! love it"])
    assert strong[POSITIVE] > plain[POSITIVE]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=100), max_size=5))
def test_probabilities_for_any_text(texts):
    found = load_engine().read(texts).valence
    assert found.shape == (len(texts), 3)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert np.allclose(found.sum(axis=1), 1)


def test_a_post_is_read_the_same_alone_and_among_many(light):
    texts = [f"train number {i} is late, awful" for i in range(600)]
    together = light.valence(texts)
    assert np.allclose(together[599], light.valence([texts[599]])[0], atol=1e-5)


def test_of_what_it_cannot_read_the_light_engine_tells_nothing(light):
    found = light.read(["I need help, my awful router is broken", ""])
    assert not found.emotions.any()
    assert not found.intents.any()
    assert not found.vectors.any()
    assert light.subjects(found.vectors)[:, -1].tolist() == [1, 1]
    assert np.array_equal(light.toward(["awful"], ["router"]), light.valence(["awful"]))


def test_an_engine_is_loaded_once_and_named(light):
    assert load_engine("light") is light
    assert light.name == "light/1"


def test_an_unknown_engine_is_told():
    with pytest.raises(ModelError, match="use 'light'"):
        load_engine("heavy")


def test_altered_weights_are_refused(tmp_path):
    for name in (SENTIMENT, CHECKSUMS):
        shutil.copy(DATA / name, tmp_path / name)
    with (tmp_path / SENTIMENT).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="checksum"):
        load_engine("light", tmp_path)


def test_weights_of_another_version_are_refused(tmp_path):
    write_arrays(tmp_path / SENTIMENT, {"weights": np.zeros(3)})
    with pytest.raises(ModelError, match="another version"):
        load_engine("light", tmp_path)


def test_what_ships_is_small():
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 6_000_000
