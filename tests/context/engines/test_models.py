"""The engines as they ship: they load, are what their checksums say, and read plain posts right."""

import shutil

import numpy as np
import pytest

from context.artefacts import CHECKSUMS, DATA, write_arrays
from context.engines import ModelError, load_engine
from context.engines.models import ENCODER, FULL, LIGHT, TOKENIZER

NEGATIVE, NEUTRAL, POSITIVE = range(3)


@pytest.fixture(scope="module", params=["full", "light"])
def engine(request):
    return load_engine(request.param)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I love this so much, best day ever!", POSITIVE),
        ("Worst service ever, I hate this company", NEGATIVE),
        ("The train leaves at nine from platform two", NEUTRAL),
        ("this is not good at all, very disappointed", NEGATIVE),
        ("😭😭 this is awful", NEGATIVE),
        ("thank you so much, you made my day :)", POSITIVE),
    ],
)
def test_plain_posts_are_read_right(engine, text, expected):
    assert engine.read([text]).valence[0].argmax() == expected


def test_more_feeling_in_the_words_is_more_in_the_numbers(engine):
    plain, strong = engine.read(["good match", "sooo good, amazing match!!! love it"]).valence
    assert strong[POSITIVE] > plain[POSITIVE]


def test_the_light_engine_reads_a_post_the_same_alone_and_among_many():
    light = load_engine("light")
    texts = [f"train number {i} is late, awful" for i in range(600)]
    together = light.read(texts).valence
    assert np.allclose(together[599], light.read([texts[599]]).valence[0], atol=1e-5)


@pytest.mark.parametrize("name", ["full", "light"])
def test_an_engine_is_loaded_once_and_named(name):
    assert load_engine(name) is load_engine(name)
    assert load_engine(name).name.startswith(f"{name}/")


def test_an_unknown_engine_is_told():
    with pytest.raises(ModelError, match="use 'full' or 'light'"):
        load_engine("heavy")


@pytest.mark.parametrize(("name", "spoilt"), [("light", LIGHT), ("full", ENCODER)])
def test_altered_weights_are_refused(tmp_path, name, spoilt):
    for file in (FULL, LIGHT, ENCODER, TOKENIZER, CHECKSUMS):
        shutil.copy(DATA / file, tmp_path / file)
    with (tmp_path / spoilt).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="checksum"):
        load_engine(name, tmp_path)


@pytest.mark.parametrize(("name", "spoilt"), [("light", LIGHT), ("full", FULL)])
def test_weights_of_another_version_are_refused(tmp_path, name, spoilt):
    for file in (ENCODER, TOKENIZER, CHECKSUMS):
        shutil.copy(DATA / file, tmp_path / file)
    write_arrays(tmp_path / spoilt, {"weights": np.zeros(3)})
    with pytest.raises(ModelError, match="install the package again"):
        load_engine(name, tmp_path)


def test_what_ships_is_small():
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 60_000_000
